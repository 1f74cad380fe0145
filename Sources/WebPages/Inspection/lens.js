// The logit lens by block, and what each head adds to the similarity with the texts.
"use strict";

if (!page.lens) byId("lens-section").classList.add("hidden");
else {
  const { rows, columns } = page.grid;
  const count = rows * columns, tokens = count + 1, texts = page.lens.texts;
  const cosines = numbers(page.lens.similarities), stages = cosines.shape[0];
  const pair = texts.length === 2;
  const words = pair ? [`${texts[1]} against ${texts[0]}`].concat(texts) : texts;

  // Of a token at a stage. With two texts, choice 0 is the probability of the second one.
  function value(choice, stage, token) {
    const at = (text) => cosines.at((stage * tokens + token) * texts.length + text);
    if (!pair) return at(choice);
    if (choice > 0) return at(choice - 1);
    return 1 / (1 + Math.exp(-page.lens.logitScale * (at(1) - at(0))));
  }

  function draw(choice) {
    const isProbability = pair && choice === 0;
    let low = 0, high = 1;
    if (!isProbability) {
      [low, high] = [1, -1];
      for (let stage = 0; stage < stages; stage++) {
        for (let token = 1; token < tokens; token++) {
          const v = value(choice, stage, token);
          [low, high] = [Math.min(low, v), Math.max(high, v)];
        }
      }
    }
    const said = (v) => (isProbability ? percent(v) : fixed(v));
    fill("lens-maps", ...Array.from({ length: stages }, (_, stage) => {
      const canvas = element("canvas", { role: "img" });
      canvas.style.aspectRatio = `${page.picture.width} / ${page.picture.height}`;
      const map = tinted(columns, rows, (i) => (value(choice, stage, i + 1) - low) / Math.max(1e-9, high - low));
      [canvas.width, canvas.height] = [columns, rows];
      canvas.getContext("2d").drawImage(map, 0, 0);
      const name = stage === 0 ? "before block 0" : `behind block ${stage - 1}`;
      canvas.setAttribute("aria-label", `Map ${name}`);
      const caption = element("figcaption", {}, element("strong", {}, name), element("br"),
        `class token ${said(value(choice, stage, 0))}`);
      return element("li", {}, element("figure", {}, canvas, caption));
    }));
    byId("lens-low").textContent = said(low);
    byId("lens-high").textContent = said(high);
  }

  choices("lens-text", words, 0, draw);
  drawScale(byId("lens-scale"), colours.heat);
  draw(0);
}

if (!page.shares) byId("shares-section").classList.add("hidden");
else {
  const { texts, contributions } = page.shares;
  const difference = texts.length === 2;
  const of = (pick) => difference ? pick(contributions[1]) - pick(contributions[0]) : pick(contributions[0]);
  const blocks = contributions[0].blocks;
  byId("shares-lead").textContent = difference
    ? `How much each part of the tower adds by itself to the similarity with "${texts[1]}" over that with "${texts[0]}". `
      + "Orange speaks for the first, blue for the second."
    : `How much each part of the tower adds by itself to the similarity with "${texts[0]}". Orange adds, blue takes away.`;
  const lines = blocks.map((block, index) => [
    ...block.heads.map((_, head) => of((text) => text.blocks[index].heads[head])),
    of((text) => text.blocks[index].feedForward),
  ]);
  const most = Math.max(1e-9, ...lines.flat().map(Math.abs));
  const cell = (v) => {
    const span = element("span", {}, fixed(v, 3));
    const [r, g, b] = colours.difference[Math.round(127.5 + 127.5 * v / most)];
    span.style.background = `rgb(${r}, ${g}, ${b})`;
    if (0.3 * r + 0.6 * g + 0.1 * b < 120) span.style.color = "#ffffff";
    return element("td", {}, span);
  };
  const heads = blocks[0].heads.map((_, head) => element("th", { scope: "col" }, `head ${head}`));
  fill("shares",
    element("caption", { class: "unseen" }, "Contributions by block and head"),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "block"), ...heads, element("th", { scope: "col" }, "MLP"))),
    element("tbody", {}, ...lines.map((line, index) =>
      element("tr", {}, element("th", { scope: "row" }, String(index)), ...line.map(cell)))));
  const rest = of((text) => text.embedding + text.normBias) + blocks.reduce((sum, _, index) => sum + of((text) => text.blocks[index].attentionBias), 0);
  byId("shares-sum").textContent =
    `The table sums to ${fixed(lines.flat().reduce((sum, v) => sum + v, 0), 3)}; class embedding and biases add ${fixed(rest, 3)}. `
    + `Together they are the ${difference ? "difference of the similarities" : "similarity"}, ${fixed(of((text) => text.similarity), 3)}.`;
}
