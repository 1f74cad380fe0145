// The pictures, each drawn when it comes into sight.
"use strict";

// ---- What is kept of a picture

// The block of a picture is read when it is wanted; few are held.
const opened = new Map();

function opening(index) {
  const known = opened.get(index);
  if (known) {
    opened.delete(index);
    opened.set(index, known);
    return known;
  }
  const reading = open(index);
  opened.set(index, reading);
  if (opened.size > 48) opened.delete(opened.keys().next().value);
  return reading;
}

async function open(index) {
  const block = byId(`picture-${index}`);
  const { line, kept } = block ? JSON.parse(block.textContent) : { line: null, kept: null };
  if (!kept) return { line, kept: null };
  const photo = await loaded("image/jpeg", kept.photo);
  const truth = kept.truth && await grey(kept.truth);
  const mask = kept.mask && await grey(kept.mask);
  const maps = {};
  for (const map of kept.maps) {
    const pixels = await grey(map.png);
    maps[map.variant] = { ...pixels, low: map.low, high: map.high };
  }
  return { line, kept, photo, truth, mask, maps };
}

async function loaded(type, base64) {
  const image = new Image();
  image.src = `data:${type};base64,${base64}`;
  await image.decode();
  return image;
}

// Grey levels of a PNG, row by row.
async function grey(base64) {
  const image = await loaded("image/png", base64);
  const canvas = document.createElement("canvas");
  const [width, height] = [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = data[4 * i];
  return { width, height, values };
}

// ---- Drawing

const outcome = { hit: [47, 158, 99], wrong: [224, 119, 44], missed: [74, 127, 208] };

function coloured(width, height, colour, strength = 200) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const found = colour(i);
    if (found) image.data.set([...found, strength], 4 * i);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// Whether the truth holds at a place of a raster, which may be another than its own.
function truthAt(truth, width, height) {
  if (!truth) return () => false;
  if (truth.width === width && truth.height === height) return (i) => truth.values[i] > 127;
  return (i) => {
    const x = Math.floor((((i % width) + 0.5) * truth.width) / width);
    const y = Math.floor(((Math.floor(i / width) + 0.5) * truth.height) / height);
    return truth.values[y * truth.width + x] > 127;
  };
}

// Found, found wrongly, missed.
function outcomes(found, truth, width, height) {
  const holds = truthAt(truth, width, height);
  return coloured(width, height, (i) => {
    const isTrue = holds(i);
    return found(i) ? (isTrue ? outcome.hit : outcome.wrong) : isTrue ? outcome.missed : null;
  });
}

const layers = {
  threshold: {
    name: "found at the threshold", says: "outcome",
    over: ({ maps, truth }) => {
      const map = maps[live.variant];
      if (!map) return null;
      const level = map.high > map.low ? (255 * (live.threshold - map.low)) / (map.high - map.low) : live.threshold <= map.low ? 0 : 256;
      return outcomes((i) => map.values[i] >= level, truth, map.width, map.height);
    },
  },
  mask: {
    name: "mask", says: "outcome",
    over: ({ mask, truth }) => mask && outcomes((i) => mask.values[i] > 127, truth, mask.width, mask.height),
  },
  map: { name: "map", says: "heat", over: ({ maps }) => heat(maps[live.variant]) },
  truth: {
    name: "truth", says: null,
    over: ({ truth }) => truth && coloured(truth.width, truth.height, (i) => (truth.values[i] > 127 ? outcome.missed : null)),
  },
  points: { name: "points", says: "points", over: () => null, points: (picture) => picture.line.points, boxes: (picture) => picture.line.boxes },
  picture: { name: "picture", says: null, over: () => null },
};

// On the scale of the whole, 0 to 1.
function heat(map) {
  return map && tinted(map.width, map.height, (i) => map.low + ((map.high - map.low) * map.values[i]) / 255);
}

// The picture, what lies over it, points and boxes.
function paint(canvas, picture, over, { points = [], boxes = [], smooth = false, strength = 0.75 } = {}) {
  if (!picture.kept) return;
  const { photo, kept } = picture;
  canvas.width = photo.naturalWidth;
  canvas.height = photo.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(photo, 0, 0);
  if (over) {
    context.globalAlpha = strength;
    context.imageSmoothingEnabled = smooth;
    context.drawImage(over, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }
  const scaleX = canvas.width / kept.size.width, scaleY = canvas.height / kept.size.height;
  const thin = Math.max(1.5, canvas.width / 200);
  context.lineWidth = thin;
  for (const { x0, y0, x1, y1 } of boxes) {
    context.strokeStyle = "#ffffff";
    context.setLineDash([4 * thin, 3 * thin]);
    context.strokeRect(x0 * scaleX, y0 * scaleY, (x1 - x0 + 1) * scaleX, (y1 - y0 + 1) * scaleY);
    context.setLineDash([]);
  }
  const style = getComputedStyle(document.documentElement);
  for (const point of points) {
    context.beginPath();
    context.arc((point.position.x + 0.5) * scaleX, (point.position.y + 0.5) * scaleY, 2.4 * thin, 0, 2 * Math.PI);
    context.fillStyle = style.getPropertyValue(point.label === "positive" ? "--positive" : "--negative");
    context.fill();
    context.strokeStyle = "#ffffff";
    context.stroke();
  }
}

// ---- The gallery

const gallery = { layer: "threshold", order: "error", label: null, shown: [] };
const error = (picture) => 1 - (picture.intersectionOverUnion ?? 1);
const orders = {
  error: { name: "worst mask first", by: (a, b) => error(b) - error(a) || b.wrong - a.wrong },
  good: { name: "best mask first", by: (a, b) => error(a) - error(b) || a.wrong - b.wrong },
  high: { name: "highest score first", by: (a, b) => b.score - a.score },
  low: { name: "lowest score first", by: (a, b) => a.score - b.score },
  class: { name: "by class", by: (a, b) => a.className.localeCompare(b.className) || a.place - b.place },
  name: { name: "by name", by: (a, b) => a.place - b.place },
};
page.pictures.forEach((picture, index) => { picture.place = index; });

const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    entry.target.isSeen = entry.isIntersecting;
    if (entry.isIntersecting) show(entry.target);
  }
}, { rootMargin: "300px" });

async function show(card) {
  const picture = await opening(card.place);
  if (!card.isSeen) return;
  const layer = layers[gallery.layer];
  paint(card.querySelector("canvas"), picture, picture.kept && layer.over(picture), {
    points: picture.kept ? layer.points?.(picture) : [], boxes: picture.kept ? layer.boxes?.(picture) : [],
    smooth: gallery.layer === "map",
  });
}

function words(picture) {
  const overlap = picture.intersectionOverUnion === undefined ? "nothing to find, nothing marked" : `IoU ${fixed(picture.intersectionOverUnion, 2)}`;
  const regions = picture.regions ? `, ${picture.found} of ${plural(picture.regions, "defect")} met` : "";
  return element("span", { class: "words" }, element("b", {}, picture.id),
    `${picture.className}${picture.label === "normal" ? ", flawless" : ""}`, element("br"), `score ${fixed(picture.score, 3)}`,
    element("br"), overlap + regions);
}

function drawGallery() {
  sight.disconnect();
  gallery.shown = picturesOfClass().filter((picture) => gallery.label === null || picture.label === gallery.label)
    .sort(orders[gallery.order].by);
  const cards = gallery.shown.map((picture, index) => {
    const card = element("li", {}, element("button", { type: "button", onclick: () => openTrace(index) },
      element("canvas", { width: 4, height: 3, role: "img", "aria-label": `${picture.id}, ${layers[gallery.layer].name}` }), words(picture)));
    card.place = picture.place;
    sight.observe(card);
    return card;
  });
  fill("gallery", ...cards);
  byId("gallery-lead").textContent = cards.length
    ? `${plural(cards.length, "picture")}. Open one to see each step from the map to the mask.` : "No picture is left; choose another class or label.";
  drawLegend();
}

function drawLegend() {
  const says = layers[gallery.layer].says;
  const entry = (colour, text) => element("li", {}, swatch(colour), text);
  const rgb = (colour) => `rgb(${colour.join(" ")})`;
  fill("gallery-legend", ...(says === "outcome"
    ? [entry(rgb(outcome.hit), "defect found"), entry(rgb(outcome.wrong), "found wrongly"), entry(rgb(outcome.missed), "missed")]
    : says === "points" ? [entry("var(--positive)", "positive point"), entry("var(--negative)", "negative point")]
      : says === "heat" ? [entry(rgb(colours.heat[0]), "score 0"), entry(rgb(colours.heat[128]), "0.5"), entry(rgb(colours.heat[255]), "1")] : []));
}

function redraw() {
  for (const card of byId("gallery").children) if (card.isSeen) show(card);
}

{
  const names = Object.keys(layers);
  choices("layer", names.map((name) => layers[name].name), 0, (index) => {
    gallery.layer = names[index];
    drawLegend();
    redraw();
  });
  fill("order", ...Object.entries(orders).map(([name, order]) => element("option", { value: name }, order.name)));
  byId("order").addEventListener("change", (event) => {
    gallery.order = event.target.value;
    drawGallery();
  });
  choices("label", ["all", "with a defect", "flawless"], 0, (index) => {
    gallery.label = [null, "defective", "normal"][index];
    drawGallery();
  });
}
