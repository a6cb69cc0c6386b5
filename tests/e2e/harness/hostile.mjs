// Texts that try to become something else, and what they would have become.

/** Each is to be shown as it is, wherever a visitor's words go. */
export const HOSTILE = [
  "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\"><svg/onload=alert(1)>", "javascript:alert(1)",
  "[click](javascript:alert(1))", "<a href='javascript:alert(1)'>x</a>", "data:text/html,<script>alert(1)</script>",
  "https://bank.example@evil.example", "{{constructor.constructor('alert(1)')()}}", "' OR 1=1; --", "Ω≈ç√∫˜µ≤≥÷", "مُنَاقَشَةُ", "👩🏽‍🚀",
];

/** Elements that none of these texts may become. */
export const MARKUP = "img[src='x'], script:not([src]), svg[onload], iframe[src^='data:'], a[href^='javascript:' i], a[href^='data:' i], a[href^='https://bank.example'], [onerror]";
