// A box that is drawn on a photo: by pointer, by touch or by keys. All text is set as text, never as markup.
const SVG = 'http://www.w3.org/2000/svg';
const LEAST = 0.01; // of a side; a smaller box is a click
const STEP = 0.01;
const SETTLE_MS = 350; // keys come in rows: the server is told once
const CORNERS = { 'left top': [0, 1], 'right top': [2, 1], 'left bottom': [0, 3], 'right bottom': [2, 3] };

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const within = (value) => Math.min(1, Math.max(0, value));
const ordered = ([a, b, c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
const usable = (box) => box && box[2] - box[0] >= LEAST && box[3] - box[1] >= LEAST;

// Moved as a whole; it stays inside the photo.
function moved(box, x, y) {
  const dx = Math.min(1 - box[2], Math.max(-box[0], x)), dy = Math.min(1 - box[3], Math.max(-box[1], y));
  return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];
}

const inWords = (box) => {
  const [left, top, right, bottom] = box.map((edge) => Math.round(edge * 100));
  return `left ${left} %, top ${top} %, ${right - left} % wide, ${bottom - top} % high`;
};

function build(root, data) {
  const state = { box: data.draft, told: JSON.stringify(data.draft), timer: 0, drag: null };
  const frame = made('div', 'frame'), image = made('img');
  const svg = drawn('svg', { role: 'group', 'aria-label': 'Photo to draw a box on' });
  const others = drawn('g', {}), own = drawn('g', { class: 'own' });
  const rect = drawn('rect', { class: 'box', tabindex: 0, role: 'button' });
  const handles = Object.keys(CORNERS).map((corner) => drawn('circle', { class: 'handle', r: 9, 'data-corner': corner }));
  own.append(drawn('rect', { class: 'halo' }), rect, ...handles);
  image.src = data.uri;
  image.alt = data.label;
  image.style.aspectRatio = `${data.width} / ${data.height}`;
  const widest = Math.min(Math.max(data.width, Math.min(2 * data.width, 480)), (data.width / data.height) * 480);
  frame.style.maxWidth = `${widest}px`;
  svg.append(others, own);
  frame.append(image, svg);
  const foot = made('div', 'foot'), middle = made('button', 'middle', 'Put a box in the middle');
  middle.type = 'button';
  const status = made('p', 'status');
  status.setAttribute('role', 'status');
  foot.append(status, middle);
  root.replaceChildren(frame, foot);
  return { state, frame, svg, others, own, rect, handles, middle, status };
}

function place(parts, data) {
  const { state, frame, svg, others, own } = parts;
  const width = frame.clientWidth, height = frame.clientHeight;
  if (!width || !height) return;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const area = ([left, top, right, bottom]) => ({
    x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height,
  });
  others.replaceChildren(...data.others.flatMap(({ box, title, decision }) => {
    const at = area(box);
    const text = drawn('text', { x: at.x, y: at.y > 18 ? at.y - 5 : at.y + 14, class: 'name' });
    text.textContent = title.length > 24 ? `${title.slice(0, 23)}…` : title;
    return [drawn('rect', { class: `other ${decision}`, ...at }), text];
  }));
  own.style.display = state.box ? '' : 'none';
  parts.middle.hidden = Boolean(state.box);
  parts.status.textContent = state.box
    ? `The box: ${inWords(state.box)}. Drag it or its corners; arrow keys move it, with Shift they resize it.`
    : 'Draw a box around what you know something about.';
  if (!state.box) return;
  const at = area(state.box);
  for (const element of own.querySelectorAll('rect'))
    for (const [name, value] of Object.entries(at)) element.setAttribute(name, value);
  parts.rect.setAttribute('aria-label', `Box, ${inWords(state.box)}`);
  parts.handles.forEach((handle) => {
    const [x, y] = CORNERS[handle.dataset.corner];
    handle.setAttribute('cx', state.box[x] * width);
    handle.setAttribute('cy', state.box[y] * height);
  });
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.drawing');
  const memory = (root.placard ??= {});
  memory.life?.abort();
  memory.life = new AbortController();
  const { signal } = memory.life;
  if (memory.drawing !== data.drawing) {
    memory.drawing = data.drawing;
    memory.parts = build(root, data);
  }
  const parts = memory.parts, { state, svg, rect } = parts;
  const show = () => place(parts, data);
  const tell = () => {
    const box = state.box.map((edge) => Math.round(edge * 1e5) / 1e5), told = JSON.stringify(box);
    if (told === state.told) return;
    state.told = told;
    setStateValue('box', box);
  };

  const point = (event) => {
    const area = svg.getBoundingClientRect();
    return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
  };
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || state.drag) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    const [x, y] = point(event), corner = CORNERS[event.target.dataset?.corner], before = state.box;
    if (corner) {
      const far = [before[2 - corner[0]], before[4 - corner[1]]];
      state.drag = { to: ([x2, y2]) => ordered([...far, x2, y2]), before };
    } else if (event.target === rect) {
      state.drag = { to: ([x2, y2]) => moved(before, x2 - x, y2 - y), before };
    } else {
      state.drag = { to: ([x2, y2]) => ordered([x, y, x2, y2]), before };
    }
  }, { signal });
  svg.addEventListener('pointermove', (event) => {
    if (!state.drag) return;
    state.box = state.drag.to(point(event));
    show();
  }, { signal });
  const drop = (event) => {
    if (!state.drag) return;
    const { before } = state.drag;
    state.drag = null;
    if (event.type === 'pointercancel' || !usable(state.box)) state.box = before;
    show();
    if (!state.box) return;
    rect.focus({ preventScroll: true });
    tell();
  };
  svg.addEventListener('pointerup', drop, { signal });
  svg.addEventListener('pointercancel', drop, { signal });

  rect.addEventListener('keydown', (event) => {
    const arrow = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!arrow) return;
    event.preventDefault();
    const [x, y] = arrow, box = state.box;
    const resized = [box[0], box[1], within(box[2] + x), within(box[3] + y)];
    const changed = event.shiftKey ? resized : moved(box, x, y);
    if (usable(changed)) state.box = changed;
    show();
    clearTimeout(state.timer);
    state.timer = setTimeout(tell, SETTLE_MS);
  }, { signal });
  parts.middle.addEventListener('click', () => {
    state.box = [0.35, 0.35, 0.65, 0.65];
    show();
    rect.focus({ preventScroll: true });
    tell();
  }, { signal });

  const watcher = new ResizeObserver(show);
  watcher.observe(parts.frame);
  signal.addEventListener('abort', () => watcher.disconnect());
  show();
  return () => memory.life.abort();
}
