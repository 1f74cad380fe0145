"use strict";

const element = (id) => document.getElementById(id);
const canvas = element("canvas");
const pen = canvas.getContext("2d");

// What is on the page: a picture, what the server found in it, and what was asked about it.
let picture = null;   // {file, bitmap}
let found = null;     // the result of /segment
let heat = null;      // its heatmap
let outlines = null;  // its regions as a picture
let embedding = null; // the name under which the server keeps SAM's embedding
let steps = [];       // prompts, in the order in which they were given
let masks = null;     // the answer of /mask
let chosen = 0;       // which of its masks is shown
let drag = null;      // what the hand is drawing
let asking = null;    // aborts the request in hand

function say(text, failed = false) {
  element("status").textContent = text;
  element("status").classList.toggle("failed", failed);
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (answer.ok) return body;
  const failure = new Error(body.error);
  failure.status = answer.status;
  throw failure;
}

function abortable() {
  asking?.abort();
  asking = new AbortController();
  return asking.signal;
}

function report(failure) {
  if (failure.name === "AbortError") return;
  say(failure.status ? failure.message : "The server does not answer: is it still running?", true);
}

// Pictures

async function open(file) {
  if (!file) return;
  asking?.abort();
  try {
    picture = { file, bitmap: await createImageBitmap(file) };
  } catch {
    say("The browser cannot read this file: take a PNG or a JPEG.", true);
    return;
  }
  found = heat = outlines = embedding = masks = null;
  steps = [];
  listChoices();
  canvas.hidden = false;
  element("drop").hidden = element("found").hidden = element("prompting").hidden = true;
  element("inspect").disabled = false;
  fit();
  inspect();
}

async function inspect() {
  if (!picture) return;
  const signal = abortable();
  const start = performance.now();
  say("Looking …");
  try {
    const object = encodeURIComponent(element("object").value);
    const answer = await ask(`segment?object=${object}&images=heatmap&keep=true`, {
      method: "POST", body: picture.file, headers: { "Content-Type": "application/octet-stream" }, signal,
    });
    const image = new Image();
    image.src = `data:image/png;base64,${answer.images.heatmap}`;
    await image.decode();
    found = answer.result;
    heat = image;
    embedding = answer.embedding ?? null;
    outlines = outlined(found.regions.map((region) => region.mask.runs), [0, 240, 255]);
    show(performance.now() - start);
  } catch (failure) {
    report(failure);
  }
}

function show(milliseconds) {
  element("found").hidden = element("prompting").hidden = false;
  element("score").textContent = found.score.toFixed(2);
  const share = 100 * found.mask.area / (found.picture.size.width * found.picture.size.height);
  const count = found.regions.length;
  element("summary").textContent = count === 0 ? "No region stands out."
    : `${count} ${count === 1 ? "region" : "regions"}, ${share.toFixed(1)} % of the picture.`;
  say(`Done in ${Math.round(milliseconds)} ms.`);
  draw();
}

// Prompts

function point(event) {
  const frame = canvas.getBoundingClientRect();
  const place = (position, start, length, pixels) =>
    Math.min(pixels - 1, Math.max(0, Math.floor((position - start) / length * pixels)));
  return {
    x: place(event.clientX, frame.left, frame.width, picture.bitmap.width),
    y: place(event.clientY, frame.top, frame.height, picture.bitmap.height),
  };
}

const tool = () => document.querySelector("input[name=tool]:checked").value;
async function prompt(mayEmbed = true) {
  const start = performance.now();
  [masks, chosen] = [null, 0];
  draw();
  listChoices();
  if (steps.length === 0) { asking?.abort(); return; }
  const signal = abortable();
  const points = steps.filter((step) => step.position);
  const box = steps.findLast((step) => !step.position);
  try {
    masks = await ask("mask", {
      method: "POST", signal, headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        embedding: embedding ?? "", points, box, masks: points.length === 1 && !box ? "multiple" : "single",
      }),
    });
    chosen = masks.best;
    masks.drawn = masks.masks.map((entry) => outlined([entry.mask.runs], [255, 210, 0]));
    draw();
    const milliseconds = Math.round(performance.now() - start);
    say(`Outlined in ${milliseconds} ms: ${masks.masks[chosen].mask.area} pixels.`);
    canvas.dataset.milliseconds = milliseconds;
    listChoices();
  } catch (failure) {
    // The server keeps embeddings for some minutes only.
    if (failure.status === 404 && mayEmbed) await embedAgain(signal); else report(failure);
  }
}

async function embedAgain(signal) {
  try {
    embedding = (await ask("embed", {
      method: "POST", body: picture.file, headers: { "Content-Type": "application/octet-stream" }, signal,
    })).embedding;
    await prompt(false);
  } catch (failure) {
    report(failure);
  }
}

function listChoices() {
  const list = element("choices");
  list.replaceChildren();
  if (!masks || masks.masks.length < 2) return;
  masks.masks.forEach((entry, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Mask ${index + 1}: ${entry.predictedIoU.toFixed(2)}`;
    button.setAttribute("aria-pressed", index === chosen);
    button.onclick = () => { chosen = index; draw(); listChoices(); };
    list.append(button);
  });
}

// Drawing

// COCO's compressed runs: column by column, outside and inside by turns.
function lengths(counts) {
  const list = [];
  for (let place = 0; place < counts.length;) {
    let value = 0, shift = 0, group;
    do {
      group = counts.charCodeAt(place++) - 48;
      value |= (group & 31) << shift;
      shift += 5;
    } while (group & 32);
    if (group & 16) value |= -1 << shift;
    list.push(list.length > 2 ? value + list[list.length - 2] : value);
  }
  return list;
}

// A picture with the pixels of some masks filled lightly, and their edges strongly.
function outlined(runs, colour) {
  if (runs.length === 0) return null;
  const [height, width] = runs[0].size;
  const inside = new Uint8Array(width * height);
  for (const { counts } of runs) {
    let place = 0;
    lengths(counts).forEach((length, index) => {
      if (index % 2) for (let at = place; at < place + length; at++) inside[(at % height) * width + Math.floor(at / height)] = 1;
      place += length;
    });
  }
  const reach = Math.max(1, Math.round(Math.max(width, height) / 500));
  const layer = new OffscreenCanvas(width, height);
  const paint = layer.getContext("2d");
  const pixels = paint.createImageData(width, height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const at = y * width + x;
    if (!inside[at]) continue;
    const isEdge = x < reach || y < reach || x >= width - reach || y >= height - reach
      || !inside[at - reach] || !inside[at + reach] || !inside[at - reach * width] || !inside[at + reach * width];
    pixels.data.set([...colour, isEdge ? 255 : 70], 4 * at);
  }
  paint.putImageData(pixels, 0, 0);
  return layer;
}

// The canvas takes the width of its place, and no more height than the window has.
function fit() {
  if (!picture) return;
  const { width, height } = picture.bitmap;
  const room = element("stage").clientWidth;
  const scale = Math.min(room / width, Math.max(240, innerHeight * .8) / height);
  canvas.style.width = `${width * scale}px`;
  canvas.style.height = `${height * scale}px`;
  canvas.width = Math.round(width * scale * devicePixelRatio);
  canvas.height = Math.round(height * scale * devicePixelRatio);
  draw();
}

function draw() {
  const { width, height } = canvas;
  const scale = width / picture.bitmap.width;
  const layer = (image) => { if (image) pen.drawImage(image, 0, 0, width, height); };
  pen.imageSmoothingEnabled = scale < 3;
  layer(element("showMap").checked && heat ? heat : picture.bitmap);
  if (found && element("showRegions").checked) layer(outlines);
  if (found && element("showPoints").checked) {
    found.groups.forEach((group) => group.points.forEach((entry) => dot(entry, scale, 4)));
  }
  if (masks) layer(masks.drawn[chosen]);
  steps.forEach((step) => step.position ? dot(step, scale, 7) : frame(step, scale));
  if (drag?.box) frame(drag.box, scale);
}

function dot({ position, label }, scale, radius) {
  pen.beginPath();
  pen.arc((position.x + .5) * scale, (position.y + .5) * scale, radius * devicePixelRatio, 0, 7);
  pen.fillStyle = label === "positive" ? "#5aff5a" : "#ff8c00";
  pen.fill();
  pen.lineWidth = 2 * devicePixelRatio;
  pen.strokeStyle = "#000";
  pen.stroke();
}

function frame({ x0, y0, x1, y1 }, scale) {
  for (const [colour, width] of [["#000", 4], ["#fff", 2]]) {
    pen.lineWidth = width * devicePixelRatio;
    pen.strokeStyle = colour;
    pen.strokeRect(x0 * scale, y0 * scale, (x1 - x0 + 1) * scale, (y1 - y0 + 1) * scale);
  }
}

// What the hand does

canvas.onpointerdown = (event) => {
  if (!found || event.button !== 0) return;
  drag = { start: point(event), x: event.clientX, y: event.clientY, mayBox: event.pointerType === "mouse" || tool() === "box" };
  if (drag.mayBox) canvas.setPointerCapture(event.pointerId);
};
canvas.onpointermove = (event) => {
  if (!drag?.mayBox) return;
  if (!drag.box && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
  const end = point(event);
  drag.box = {
    x0: Math.min(drag.start.x, end.x), y0: Math.min(drag.start.y, end.y),
    x1: Math.max(drag.start.x, end.x), y1: Math.max(drag.start.y, end.y),
  };
  draw();
};
canvas.onpointerup = (event) => {
  const { box, start } = drag ?? {};
  if (!start) return;
  drag = null;
  if (box) steps = [...steps.filter((step) => step.position), box];
  else if (tool() === "box") return;
  else steps.push({ position: start, label: event.shiftKey || tool() === "negative" ? "negative" : "positive" });
  prompt();
};
canvas.onpointercancel = () => { drag = null; draw(); };

element("undo").onclick = () => { steps.pop(); prompt(); };
element("clear").onclick = () => { steps = []; prompt(); };
element("form").onsubmit = (event) => { event.preventDefault(); inspect(); };
element("file").onchange = (event) => open(event.target.files[0]);
for (const id of ["showMap", "showRegions", "showPoints"]) element(id).onchange = draw;
for (const input of document.querySelectorAll("input[name=tool]")) {
  input.onchange = () => canvas.classList.toggle("boxing", tool() === "box");
}
document.ondragover = (event) => { event.preventDefault(); element("stage").classList.add("over"); };
document.ondragleave = () => element("stage").classList.remove("over");
document.ondrop = (event) => {
  event.preventDefault();
  element("stage").classList.remove("over");
  open(event.dataTransfer.files[0]);
};
addEventListener("resize", fit);
