// The head of the page, and what each patch looks at and resembles.
"use strict";

const photo = (() => {
  const { width, height } = page.picture;
  const rgb = numbers(page.picture.rgb).bytes;
  const image = new ImageData(width, height);
  for (let i = 0, j = 0; i < width * height; i++, j += 3) image.data.set([rgb[j], rgb[j + 1], rgb[j + 2], 255], 4 * i);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
})();

// A canvas with the picture, and a map over it.
function drawOver(canvas, map, strength = 0.72, smooth = false) {
  canvas.width = photo.width;
  canvas.height = photo.height;
  const context = canvas.getContext("2d");
  context.drawImage(photo, 0, 0);
  if (!map) return context;
  context.globalAlpha = strength;
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(map, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
  return context;
}

{
  const { name, original } = page.picture;
  document.title = name + ", seen from inside";
  byId("kicker").textContent = "Vitrine \u00b7 inspect";
  byId("title").textContent = name;
  byId("lead").textContent = page.object
    ? `What CLIP and SAM make of this picture of: ${page.object}.`
    : "What CLIP's image tower makes of this picture.";
  facts("facts", [
    ["picture", `${original.width} \u00d7 ${original.height}`],
    ["patches", `${page.grid.rows} \u00d7 ${page.grid.columns}`],
    ["blocks", page.blocks],
    ["heads", page.heads],
    ["anomaly score", page.method ? fixed(page.method.score, 3) : null],
  ]);
  fill("notes", ...page.notes.map((text) => element("p", { class: "note" }, text)));
  byId("made").textContent = `Made by ${page.maker}. The page holds all of its data and loads nothing.`;
}

// The patch that is looked at first: the one under the strongest point, or the middle one.
const patches = (() => {
  const { rows, columns } = page.grid, { width, height } = page.picture.original;
  const { x, y } = page.method?.groups[0]?.points[0]?.position ?? { x: width / 2, y: height / 2 };
  const line = Math.min(rows - 1, Math.floor((y * rows) / height));
  const column = Math.min(columns - 1, Math.floor((x * columns) / width));
  return { block: page.blocks - 1, head: 0, patch: line * columns + column, fromClass: false };
})();

{
  const { rows, columns } = page.grid;
  const count = rows * columns, tokens = count + 1;
  const weights = numbers(page.attention.weights), peaks = numbers(page.attention.peaks);
  const rollout = numbers(page.rollout.weights), rolloutPeaks = numbers(page.rollout.peaks);
  const similarity = numbers(page.similarity);
  const kept = weights.shape[1], queries = weights.shape[2];
  const headNames = kept > 1 ? Array.from({ length: kept }, (_, i) => String(i)).concat("mean") : ["mean"];
  const names = headNames.concat("rollout");

  // A weight is kept as the square root of its share of the row's largest one.
  function weight(from, source, key) {
    const share = from.bytes[source] / 255;
    return share * share * key;
  }

  // The weights of one token over all tokens.
  function row(token) {
    const found = new Float64Array(tokens);
    if (names[patches.head] === "rollout") {
      if (token >= rollout.shape[0]) return null;
      for (let i = 0; i < tokens; i++) found[i] = weight(rollout, token * tokens + i, rolloutPeaks.at(token));
      return found;
    }
    if (token >= queries) return null;
    const mean = names[patches.head] === "mean";
    const heads = mean ? Array.from({ length: kept }, (_, i) => i) : [Math.min(patches.head, kept - 1)];
    for (const head of heads) {
      const line = (patches.block * kept + head) * queries + token;
      for (let i = 0; i < tokens; i++) found[i] += weight(weights, line * tokens + i, peaks.at(line)) / heads.length;
    }
    return found;
  }

  function outline(context, patch) {
    const [w, h] = [photo.width / columns, photo.height / rows];
    const [x, y] = [(patch % columns) * w, Math.floor(patch / columns) * h];
    const line = Math.max(2, photo.width / 200);
    context.lineWidth = 2 * line;
    context.strokeStyle = "#10151a";
    context.strokeRect(x, y, w, h);
    context.lineWidth = line;
    context.strokeStyle = "#ffffff";
    context.strokeRect(x, y, w, h);
  }

  function draw() {
    const { patch, fromClass, block } = patches;
    const where = fromClass ? "the class token"
      : `the patch in row ${Math.floor(patch / columns) + 1}, column ${(patch % columns) + 1}`;
    const picture = drawOver(byId("patch-picture"), null);
    if (!fromClass) outline(picture, patch);
    byId("patch-caption").textContent = `Chosen: ${where}.`;

    const values = row(fromClass ? 0 : patch + 1);
    const head = names[patches.head];
    if (values) {
      const seen = values.subarray(1), most = Math.max(...seen, 1e-12);
      const context = drawOver(byId("attention-map"), tinted(columns, rows, (i) => Math.sqrt(seen[i] / most)), 0.82);
      if (!fromClass) outline(context, patch);
      byId("attention-caption").textContent =
        `${head === "rollout" ? "Rollout over all blocks" : head === "mean" ? `Block ${block}, mean of the heads` : `Block ${block}, head ${head}`}: `
        + `the most looked at patch has ${percent(most)}, the class token ${percent(values[0])}.`;
    } else {
      drawOver(byId("attention-map"), null);
      byId("attention-caption").textContent = "Only the class token's attention was small enough for this page.";
    }

    const from = patches.patch;
    if (similarity && !fromClass) {
      const start = (block * count + from) * count;
      let least = 1;
      for (let i = 0; i < count; i++) least = Math.min(least, similarity.at(start + i));
      const context = drawOver(byId("similarity-map"),
        tinted(columns, rows, (i) => (similarity.at(start + i) - least) / Math.max(1e-6, 1 - least)), 0.82);
      outline(context, from);
      byId("similarity-caption").textContent = `Cosine behind block ${block}: from ${fixed(least)} to 1 (itself).`;
    } else {
      drawOver(byId("similarity-map"), null);
      byId("similarity-caption").textContent = similarity
        ? "Choose a patch to see which are like it." : "The similarities were too large for this page.";
    }
  }

  function choose(patch) {
    patches.patch = patch;
    if (patches.fromClass) pressFrom(0);
    else draw();
  }

  for (const id of ["patch-picture", "attention-map", "similarity-map"]) {
    const canvas = byId(id);
    const point = (event) => {
      const [x, y] = place(canvas, event);
      if (x < 0 || y < 0 || x >= 1 || y >= 1) return;
      choose(Math.floor(y * rows) * columns + Math.floor(x * columns));
    };
    canvas.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(event); });
    canvas.addEventListener("pointerdown", point);
  }
  byId("patch-picture").addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    const column = (patches.patch % columns) + x, line = Math.floor(patches.patch / columns) + y;
    if (column >= 0 && line >= 0 && column < columns && line < rows) choose(line * columns + column);
  });

  slider("block", patches.block, page.blocks - 1, (value) => `${value} of 0 to ${page.blocks - 1}`, (value) => {
    patches.block = value;
    draw();
  });
  patches.head = headNames.length - 1;
  choices("heads", names, patches.head, (index) => { patches.head = index; draw(); });
  const pressFrom = choices("token", ["the patch", "the class token"], 0, (index) => {
    patches.fromClass = index === 1;
    draw();
  });
  drawScale(byId("patch-scale"), colours.heat);
  draw();
}
