// On every page that the test looks at, before anything else on it: tell whatever acts.
(() => {
  const tell = what => window.top.told?.push([location.pathname, what]);
  for (const name of ["alert", "confirm", "prompt", "print", "open", "fetch", "eval", "setTimeout", "setInterval"])
    window[name] = () => tell(name);
  for (const name of ["Image", "Audio", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "Function"])
    window[name] = new Proxy(window[name], { construct() { tell(name); return {}; }, apply() { tell(name); } });
  navigator.sendBeacon = () => tell("sendBeacon");
  document.write = document.writeln = () => tell("document.write");
  window.addEventListener("error", event => event.message && tell(`error: ${event.message}`));
  for (const name of ["log", "error", "warn", "info"]) console[name] = () => tell(`console.${name}`);
})();
