// Shows the page as this device showed it last, before anything is painted: a plain script in the head, which the browser
// runs before the page. What it reads is written by src/appearance.rs.

try {
  const { theme, density } = JSON.parse(localStorage.getItem("switchboard.appearance")) ?? {};
  const { dataset } = document.documentElement;
  if (theme === "light" || theme === "dark") dataset.theme = theme;
  if (density === "compact") dataset.density = density;
} catch {
  // Nothing can be read: the page starts as the system likes it.
}
