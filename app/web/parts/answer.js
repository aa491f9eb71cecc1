// An answer as text; its citation marks are buttons that point into the photo.
function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export default function ({ data, parentElement }) {
  const point = (number, firm) =>
    document.dispatchEvent(new CustomEvent('placard:point', { detail: { photo: data.photo, number, firm } }));
  const cite = ({ number, name, given }) => {
    const mark = made('button', given ? 'cite given' : 'cite', String(number));
    mark.type = 'button';
    mark.title = name;
    mark.setAttribute('aria-label', `Source ${number}: ${name}; show in the photo`);
    for (const type of ['mouseenter', 'focus']) mark.addEventListener(type, () => point(number, false));
    for (const type of ['mouseleave', 'blur']) mark.addEventListener(type, () => point(null, false));
    mark.addEventListener('click', () => point(number, true));
    return mark;
  };
  const text = made('p', 'text');
  text.dir = 'auto';
  for (const part of data.parts) text.append('number' in part ? cite(part) : part.text);
  const children = [text];
  if (data.notes.length) {
    const notes = made('ul', 'notes');
    notes.append(...data.notes.map((note) => made('li', '', note)));
    children.push(notes);
  }
  if (data.by) children.push(made('p', 'by', data.by));
  parentElement.querySelector('.answer').replaceChildren(...children);
}
