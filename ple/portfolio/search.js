// The search of a portfolio. It asks this site alone for lists of words, and shows what it finds as text, never as HTML.
"use strict";
(function () {
  var place = document.getElementById("search");
  if (!place || !window.fetch || !"x".normalize) return;
  var kept = {};
  var asked = 0;

  function load(name) {
    if (!kept[name]) {
      kept[name] = fetch(name + ".json").then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      });
      kept[name].catch(function () { delete kept[name]; });
    }
    return kept[name];
  }

  function folded(text) {
    var small = text.toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ");
    var points = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g;
    return small.normalize("NFKD").replace(points, "").normalize("NFC");
  }

  function words(text) {
    var alone = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af";
    var word = new RegExp("[" + alone + "]|(?:(?![" + alone + "])[\\p{L}\\p{N}\\p{M}])+", "gu");
    return folded(text).match(word) || [];
  }

  function shard(word) {
    return /^[a-z0-9]/.test(word) ? word.charAt(0) : "other";
  }

  // works that have a word which begins so
  function having(beginning) {
    return load(shard(beginning)).then(function (index) {
      var found = new Set();
      Object.keys(index).forEach(function (word) {
        if (word.startsWith(beginning)) index[word].forEach(function (number) { found.add(number); });
      });
      return found;
    });
  }

  function find(query) {
    var wanted = words(query);
    if (!wanted.length) return Promise.resolve(null);
    return Promise.all([load("works")].concat(wanted.map(having))).then(function (answers) {
      var works = answers[0];
      var found = Array.from(answers[1]).filter(function (number) {
        return answers.slice(2).every(function (others) { return others.has(number); });
      });
      function inTitle(number) {
        var title = words(works[number][0]);
        return wanted.filter(function (word) {
          return title.some(function (one) { return one.startsWith(word); });
        }).length;
      }
      found.sort(function (a, b) { return inTitle(b) - inTitle(a) || a - b; });
      return found.map(function (number) { return works[number]; });
    });
  }

  function element(name, text, into, type) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (type) made.className = type;
    if (into) into.appendChild(made);
    return made;
  }

  place.textContent = "";
  var label = element("label", "Words to look for", place);
  var field = element("input", "", place);
  field.type = "search";
  field.id = "words";
  field.autocomplete = "off";
  label.htmlFor = "words";
  var said = element("p", "", place, "small");
  said.setAttribute("role", "status");
  var list = element("ol", "", place, "found");

  function show(works) {
    list.textContent = "";
    if (works === null) { said.textContent = ""; return; }
    if (!works.length) { said.textContent = "Nothing here has all of these words."; return; }
    said.textContent = works.length === 1 ? "1 piece of work" : works.length + " pieces of work";
    works.slice(0, 50).forEach(function (work) {
      var item = element("li", "", list);
      var link = element("a", work[0], item);
      link.href = work[1];
      link.dir = "auto";
      element("span", work[3] + ", " + work[2], item, "meta");
      if (work[4]) element("p", work[4], item).dir = "auto";
    });
  }

  function look() {
    var mine = ++asked;
    var query = field.value;
    history.replaceState(null, "", query ? "#" + encodeURIComponent(query) : location.pathname);
    list.setAttribute("aria-busy", "true");
    find(query).then(function (works) {
      if (mine === asked) show(works);
    }, function () {
      if (mine !== asked) return;
      list.textContent = "";
      said.textContent = "The list of words cannot be read here; a web host gives it.";
    }).then(function () {
      if (mine === asked) list.removeAttribute("aria-busy");
    });
  }

  field.addEventListener("input", look);
  try { field.value = decodeURIComponent(location.hash.slice(1)); } catch (error) { field.value = ""; }
  field.focus();
  if (field.value) look();
})();
