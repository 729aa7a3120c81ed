"use strict";

// Everything of the page's scripts is in this object, one member per file.
const nzsim = {};

nzsim.dom = (() => {
  // A new element. Children that are strings become text, never markup.
  function element(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) {
        node.addEventListener(name.slice(2), value);
      } else if (value !== null && value !== undefined) {
        node.setAttribute(name, value);
      }
    }
    node.append(...children);
    return node;
  }

  // Shows what is wrong above everything else; several problems are listed.
  function complain(text) {
    const message = document.getElementById("message");
    message.append(element("span", { style: "display:block" }, text));
    message.hidden = false;
  }

  // The data of chart `id`, or null where the page has no such chart. Throws where they are damaged.
  function data(id) {
    const script = document.getElementById(`${id}-data`);
    return script === null ? null : JSON.parse(script.textContent);
  }

  // Throws unless `value[name]` is an array for each of `names`.
  function expectArrays(value, names) {
    for (const name of names) {
      if (!value || !Array.isArray(value[name])) throw new Error(`expected an array "${name}"`);
    }
  }

  // Offers `text` as a file.
  function save(name, type, text) {
    const link = element("a", {
      href: URL.createObjectURL(new Blob([text], { type })),
      download: name,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  return { element, complain, data, expectArrays, save };
})();
