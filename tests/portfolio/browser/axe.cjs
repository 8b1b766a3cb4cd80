// What axe-core finds on pages, in both colour schemes, on a phone and on a desktop, and what else a browser notices:
// a dialog, a request to another host, an error in the console, a page that scrolls sideways. A JSON list of faults.
//     NODE_PATH=…/node_modules node axe.cjs BASE CHROMIUM PATH…
const puppeteer = require("puppeteer-core"), fs = require("fs");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

(async () => {
  const [base, chromium, ...paths] = process.argv.slice(2), found = [];
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
  const jobs = [];
  for (const scheme of ["light", "dark"]) for (const width of [390, 1280]) for (const path of paths)
    jobs.push([scheme, width, path]);

  async function look() {
    const page = await browser.newPage();
    await page.setBypassCSP(true);
    let at = "";
    page.on("request", r => {
      if (!r.url().startsWith(base) && !/^(data|about):/.test(r.url())) found.push(["asks elsewhere", r.url(), at]);
    });
    page.on("dialog", d => { found.push(["dialog", d.message(), at]); d.dismiss(); });
    page.on("pageerror", e => found.push(["error", String(e), at]));
    for (let job; (job = jobs.shift());) {
      const [scheme, width, path] = job;
      at = path;
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(base + path);
      await page.evaluate(axe);
      const result = await page.evaluate(t => axe.run(document, { runOnly: t }), tags);
      for (const v of result.violations) found.push([scheme, width, path, v.id, v.nodes[0].html.slice(0, 160)]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (wide) found.push([width, path, "scrolls sideways"]);
    }
  }

  const all = jobs.length;
  await Promise.all([look(), look()]);
  await browser.close();
  console.log(JSON.stringify({ looked: all, found }));
})();
