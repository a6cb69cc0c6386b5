// Every page of a member, for what is looked at on all of them.

/** Address and heading; `{website}` and `{conversation}` stand for some that there are. */
export const ROUTES = [
  ["/", "Overview"], ["/conversations", "Conversations"], ["/conversations/{conversation}", "Conversations"],
  ["/visitors", "Visitors"], ["/websites", "Websites"], ["/websites/new", "Add website"], ["/websites/{website}", null],
  ["/websites/{website}/settings", "Website settings"], ["/websites/{website}/widget", "Widget"], ["/analytics", "Analytics"],
  ["/settings/profile", "Profile"], ["/settings/team", "Team"], ["/settings/canned-replies", "Canned replies"],
  ["/settings/labels", "Labels"], ["/settings/notifications", "Notifications"], ["/settings/appearance", "Appearance"],
  ["/settings/security", "Security"], ["/settings/tokens", "API tokens"], ["/settings/webhooks", "Webhooks"], ["/settings/audit", "Audit log"], ["/no/such/page", "Page not found"],
];

/** The same with ids of the demo data. */
export async function routesOf(member) {
  const conversations = await member.ask("live-chat/conversations?limit=1");
  const websites = await member.ask("websites");
  const ids = { conversation: conversations.items[0].id, website: websites.items[0].id };
  return ROUTES.map(([address, heading]) => [address.replace(/\{(\w+)\}/, (_, name) => ids[name]), heading]);
}
