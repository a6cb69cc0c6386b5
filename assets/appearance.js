// Shows the page as this device showed it last, before anything is painted: a plain script in the head, which the browser
// runs before the page. What it reads is written by src/appearance.rs.

try {
  const { theme, density, motion, locale } = JSON.parse(localStorage.getItem("switchboard.appearance")) ?? {};
  const root = document.documentElement;
  const { dataset } = root;
  const chosen = theme === "light" || theme === "dark";
  if (chosen) dataset.theme = theme;
  if (density === "compact") dataset.density = density;
  if (motion === "reduced") dataset.motion = motion;
  // The languages that there are besides English (src/i18n/languages.rs), so that the page stands the right way round at once.
  if (/^ar\b/.test(locale ?? navigator.language)) Object.assign(root, { lang: "ar", dir: "rtl" });
  // The window of an installed app has the colour of the page, not of the system.
  if (chosen) for (const one of ["light", "dark"]) document.getElementById(`theme-${one}`).media = one === theme ? "all" : "not all";
} catch {
  // Nothing can be read: the page starts as the system likes it.
}
