// A photo with boxes and a card for each. All text from people is set as text, never as markup.
const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 21, PAD = 6, MARGIN = 2;

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawn(tag, className) {
  const element = document.createElementNS(SVG, tag);
  if (className) element.setAttribute('class', className);
  return element;
}

function sized(element, place) {
  for (const [name, value] of Object.entries(place)) element.setAttribute(name, value);
}

const touches = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

// Where a label may go: above its box, below it, inside, then rows further off.
function* places(box, width, frame) {
  const lefts = [box.x, box.x + box.width - width, box.x + (box.width - width) / 2];
  const xs = lefts.map((x) => Math.max(MARGIN, Math.min(x, frame.width - width - MARGIN)));
  const tops = [box.y - HEIGHT, box.y + box.height, box.y, box.y + box.height - HEIGHT];
  for (let row = 1; row < 6; row++) tops.push(box.y - (row + 1) * HEIGHT, box.y + box.height + row * HEIGHT);
  for (const y of tops)
    if (y >= 0 && y + HEIGHT <= frame.height) for (const x of xs) yield { x, y, width, height: HEIGHT };
}

// The first text that finds a free place; else the shortest one where it covers least.
function put(part, box, others, taken, frame) {
  const { text, card } = part;
  const mark = card.number === null ? '?' : `[${card.number}]`;
  const full = card.number === null ? card.title : `${mark} ${card.title}`;
  const whole = full.length > 36 ? `${full.slice(0, 35)}…` : full; // the card has all of it
  const cut = full.length > 24 ? `${full.slice(0, 23)}…` : full;
  let fallback = null;
  for (const words of [whole, cut, mark]) {
    text.textContent = words;
    const width = text.getComputedTextLength() + 2 * PAD;
    if (width + 2 * MARGIN > frame.width && words !== mark) continue;
    const free = [...places(box, width, frame)].filter((place) => !taken.some((one) => touches(one, place)));
    const best = free.find((place) => !others.some((one) => touches(one, place))) ?? free[0];
    fallback = { x: Math.max(0, Math.min(box.x, frame.width - width)), y: Math.max(0, box.y), width, height: HEIGHT };
    if (best) return best;
  }
  return fallback;
}

function region(card, choose, hover) {
  const group = drawn('g', `region ${card.decision}`);
  const part = { card, group };
  if (card.body) group.append((part.body = drawn('rect', 'body')));
  for (const name of ['hit', 'halo', 'edge', 'label']) {
    part[name] = drawn('rect', name);
    group.append(part[name]);
  }
  part.label.setAttribute('rx', 4);
  part.text = drawn('text');
  group.append(part.text);
  const words = card.number === null ? card.title : `${card.number}, ${card.title}`;
  sized(group, { role: 'button', tabindex: 0, 'aria-pressed': 'false', 'aria-label': `${words}, ${card.decision}` });
  act(group, choose, hover);
  return part;
}

function act(element, choose, hover) {
  element.addEventListener('click', (event) => { event.stopPropagation(); choose(); });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  });
  element.addEventListener('mouseenter', () => hover(true));
  element.addEventListener('mouseleave', () => hover(false));
}

function face(uri, words) {
  const figure = made('figure'), image = made('img');
  image.src = uri;
  image.alt = '';
  figure.append(image, made('figcaption', '', words));
  return figure;
}

// What can be said of a card; a click reaches the server, and selects nothing.
function acts(card, place, editable, send) {
  const row = made('div', 'acts');
  const act = (words, kind, number) => {
    const button = made('button', 'act', words);
    button.type = 'button';
    button.addEventListener('click', (event) => { event.stopPropagation(); send({ kind, place, number }); });
    button.addEventListener('keydown', (event) => event.stopPropagation());
    row.append(button);
  };
  if (card.entity !== null) act('Open', 'open', card.entity);
  if (!editable) return row;
  for (const one of card.names) act(`This is not ${one.name}`, 'not', one.number);
  if (card.enrollable) act(card.decision === 'accepted' ? 'This is actually …' : 'Who is this?', 'who', 0);
  for (const one of card.rejected) {
    row.append(made('span', 'rejected', `Somebody said that this is not ${one.name}.`));
    act('Take that back', 'back', one.number);
  }
  return row;
}

function cardOf(card, buttons, choose, hover) {
  const item = made('li', `card ${card.decision}`);
  const title = made('p', 'title');
  title.append(made('span', 'badge', card.number === null ? '?' : String(card.number)), made('bdi', '', card.title));
  const faces = made('div', 'faces');
  faces.append(face(card.crop, 'in this photo'));
  const named = card.decision === 'accepted';
  for (const one of card.references) faces.append(face(one.uri, named ? 'in the gallery' : one.name));
  const why = made('p', 'why', card.why);
  if (card.decision === 'unknown') item.append(faces, title, why);
  else item.append(title, faces, why);
  if (card.biography) {
    const fact = made('p', 'fact', card.biography);
    fact.dir = 'auto';
    item.append(fact);
  }
  item.append(buttons);
  item.tabIndex = 0;
  act(item, choose, hover);
  return item;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.seen');
  const memory = (root.placard ??= { photo: null, selected: null });
  memory.life?.abort();
  const life = (memory.life = new AbortController());
  if (memory.photo !== data.photo) memory.selected = null;
  memory.photo = data.photo;

  const frame = made('div', 'frame'), image = made('img'), svg = drawn('svg'), list = made('ol', 'cards');
  image.alt = data.label;
  image.src = data.uri;
  // A small photo is enlarged at most twice, a tall one leaves room for what stands below.
  const widest = Math.min(Math.max(data.width, Math.min(2 * data.width, 480)), (data.width / data.height) * 480);
  frame.style.maxWidth = `${widest}px`;
  image.style.aspectRatio = `${data.width} / ${data.height}`;
  frame.append(image, svg);
  sized(svg, { role: 'group', 'aria-label': 'People in the photo' });

  const send = (act) => setTriggerValue('act', act);
  let hot = null;
  const show = () => {
    frame.classList.toggle('pointed', hot !== null || memory.selected !== null);
    parts.forEach((part, index) => {
      for (const element of [part.group, items[index]]) {
        element.classList.toggle('hot', index === hot);
        element.classList.toggle('selected', index === memory.selected);
      }
      part.group.setAttribute('aria-pressed', String(index === memory.selected));
    });
  };
  const choose = (index, reveal) => {
    memory.selected = index === memory.selected && !reveal ? null : index;
    show();
    if (memory.selected !== null) reveal?.(index);
  };
  const hover = (index, on) => { hot = on ? index : null; show(); };
  const near = { block: 'nearest', behavior: 'smooth' };
  const parts = data.cards.map((card, index) =>
    region(card, () => { choose(index); if (memory.selected === index) items[index].scrollIntoView(near); }, (on) => hover(index, on)));
  const items = data.cards.map((card, index) =>
    cardOf(card, acts(card, index, data.editable, send), () => { choose(index); if (memory.selected === index) frame.scrollIntoView(near); }, (on) => hover(index, on)));
  svg.append(...parts.map((part) => part.group));
  // Who is named comes first; the boxes themselves are in the order of the photo.
  const order = { accepted: 0, given: 0, uncertain: 1, unknown: 2 };
  const rank = (item) => order[data.cards[items.indexOf(item)].decision];
  list.append(...[...items].sort((one, other) => rank(one) - rank(other)));
  root.replaceChildren(frame, list);
  frame.addEventListener('click', () => choose(null), { signal: life.signal });

  const place = () => {
    const room = { width: frame.clientWidth, height: frame.clientHeight };
    if (!room.width || !room.height) return;
    sized(svg, { viewBox: `0 0 ${room.width} ${room.height}` });
    const inRoom = ([left, top, right, bottom]) => ({
      x: left * room.width, y: top * room.height,
      width: (right - left) * room.width, height: (bottom - top) * room.height,
    });
    const boxes = data.cards.map(({ box }) => inRoom(box));
    const taken = [];
    parts.forEach((part, index) => {
      for (const name of ['hit', 'halo', 'edge']) sized(part[name], { ...boxes[index], rx: 3 });
      if (part.body) sized(part.body, { ...inRoom(part.card.body), rx: 3 });
      const label = put(part, boxes[index], boxes.filter((_, other) => other !== index), taken, room);
      taken.push(label);
      sized(part.label, label);
      sized(part.text, { x: label.x + PAD, y: label.y + HEIGHT / 2 });
    });
    show();
  };
  const watcher = new ResizeObserver(place);
  watcher.observe(frame);
  life.signal.addEventListener('abort', () => watcher.disconnect());
  place();

  // Citation marks in answers point here, by the number of the card.
  document.addEventListener('placard:point', ({ detail }) => {
    if (detail.photo !== data.photo) return;
    const index = data.cards.findIndex((card) => card.number !== null && card.number === detail.number);
    if (!detail.firm) return hover(index, index >= 0);
    if (index < 0) return;
    choose(index, () => frame.scrollIntoView(near));
  }, { signal: life.signal });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') choose(null); }, { signal: life.signal });
  return () => life.abort();
}
