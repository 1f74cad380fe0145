// What all pages share: the data, colours, canvases and small parts of the page.
"use strict";

const page = JSON.parse(document.getElementById("page-data").textContent);

// ---- Numbers

function decoded(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// Numbers of the page as an object with `at(index)`, which gives the true value.
function numbers(node) {
  if (!node) return null;
  const bytes = decoded(node.base64);
  const { shape, low, high } = node;
  if (node.type === "float32") {
    const view = new DataView(bytes.buffer);
    return { shape, low, high, length: bytes.length / 4, at: (i) => view.getFloat32(4 * i, true) };
  }
  const step = (high - low) / 255;
  return { shape, low, high, length: bytes.length, bytes, at: (i) => low + step * bytes[i] };
}

const fixed = (value, digits = 2) => value.toFixed(digits).replace("-", "\u2212");
const percent = (value) => fixed(100 * value, value < 0.1 ? 1 : 0) + " %";

// ---- Colours: even steps in OKLab, so that equal differences look equal

function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => {
    const v = Math.min(1, Math.max(0, value));
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
}

function table(colour) { return Array.from({ length: 256 }, (_, i) => colour(i / 255)); }

const colours = {
  // Dark blue over teal to a warm light yellow.
  heat: table((t) => oklch(0.24 + 0.72 * t, 0.05 + 0.09 * Math.sin(Math.PI * Math.min(1, 0.25 + t)), 275 - 185 * t)),
  // Blue below the middle, orange above.
  difference: table((t) => {
    const d = Math.abs(2 * t - 1);
    return oklch(0.95 - 0.42 * d, 0.015 + 0.135 * d, t < 0.5 ? 250 : 50);
  }),
};

// ---- Canvases

// A canvas of the size of a map, one pixel a value. `value(i)` is 0...1, and null for no colour.
function tinted(width, height, value, map = colours.heat) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const v = value(i);
    if (v === null) continue;
    const [r, g, b] = map[Math.max(0, Math.min(255, Math.round(255 * v)))];
    image.data.set([r, g, b, 255], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function drawScale(canvas, map) {
  canvas.width = 256;
  canvas.height = 1;
  canvas.getContext("2d").drawImage(tinted(256, 1, (i) => i / 255, map), 0, 0);
}

// The place of a pointer on a canvas, 0...1 each way.
function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

// ---- Parts of the page

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

const byId = (id) => document.getElementById(id);

function fill(id, ...children) { byId(id).replaceChildren(...children); }

// A row of buttons of which one is pressed. Arrow keys go along it.
function choices(id, labels, chosen, choose) {
  const buttons = labels.map((label, index) =>
    element("button", { type: "button", "aria-pressed": String(index === chosen), onclick: () => press(index) }, label));
  function press(index) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    choose(index);
  }
  const field = byId(id);
  field.querySelectorAll("button").forEach((button) => button.remove());
  field.append(...buttons);
  field.onkeydown = (event) => {
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = (at + step + buttons.length) % buttons.length;
    buttons[next].focus();
    press(next);
  };
  return press;
}

// A slider with its value in words beside it.
function slider(id, chosen, last, words, choose) {
  const input = byId(id), said = byId(id + "-value");
  input.min = 0;
  input.max = last;
  input.value = chosen;
  function set() {
    said.textContent = words(Number(input.value));
    input.setAttribute("aria-valuetext", said.textContent);
    choose(Number(input.value));
  }
  input.addEventListener("input", set);
  said.textContent = words(chosen);
}

function facts(id, pairs) {
  fill(id, ...pairs.filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, String(value)))));
}
