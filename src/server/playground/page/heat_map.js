// The cosine of each text with each, as a grid that arrow keys walk.

const HEAT_TEXTS = 48; // more would be cells too small to point at

// Two digits after the point, and as little else as can be: -.03, .71, 1.
function brief(cosine) {
  const text = cosine.toFixed(2).replace(/^(-?)0\./, '$1.');
  return { '-.00': '0', '.00': '0', '1.00': '1' }[text] ?? text;
}

function cellOf(row, column, low) {
  const cosine = cosineOf(row, column);
  const cell = element('div', { className: 'cell heated', role: 'gridcell', tabIndex: row + column === 0 ? 0 : -1 });
  cell.setAttribute('aria-label', `text ${row + 1} and text ${column + 1}: ${cosine.toFixed(4)}`);
  cell.dataset.row = row;
  cell.dataset.column = column;
  const share = heat(cell, cosine, low);
  if (share > 0.62) cell.classList.add(share > 0.75 ? 'hot' : 'warm');
  if (state.shown.texts.length <= 10) cell.textContent = brief(cosine);
  return cell;
}

function nameCell(index, className, ...content) {
  const named = element('div', { className, role: className === 'name' ? 'rowheader' : 'columnheader' }, ...content);
  named.setAttribute('aria-label', `${index + 1}: ${shorten(textAt(index), 80)}`);
  named.dataset.text = index;
  return named;
}

function showHeatMap({ texts, low }) {
  const count = Math.min(texts.length, HEAT_TEXTS);
  const indices = [...Array(count).keys()];
  const step = count > 24 ? 4 : 1; // between numbers at the edges
  const head = element('div', { role: 'row' }, element('div', { role: 'columnheader' }, element('span', { className: 'sr' }, 'Text')));
  head.append(...indices.map((i) => nameCell(i, 'top-name', i % step === 0 ? nameOf(i) : '')));
  const rows = indices.map((row) =>
    element(
      'div',
      { role: 'row' },
      nameCell(row, 'name', row % step === 0 ? nameOf(row) : '', element('span', {}, count > 24 ? '' : ` ${shorten(texts[row], 40)}`)),
      ...indices.map((column) => cellOf(row, column, low)),
    ),
  );
  const grid = $('heat');
  grid.style.setProperty('--n', count);
  grid.style.setProperty('--names', count > 24 ? '2.2em' : '11em');
  grid.classList.toggle('dense', count > 24);
  grid.setAttribute('aria-rowcount', count + 1);
  grid.setAttribute('aria-colcount', count + 1);
  grid.replaceChildren(head, ...rows);
  $('heat-scale').replaceChildren(low.toFixed(1), element('i'), '1');
  $('heat-readout').textContent = texts.length > count ? `The first ${count} of ${texts.length} texts.` : 'Point at a cell, or walk with the arrow keys, to read its two texts.';
}

function readCell(event) {
  const cell = event.target.closest('.cell');
  if (!cell) return;
  const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
  light(row);
  for (const each of document.querySelectorAll(`#heat [data-text="${column}"]`)) each.classList.add('lit');
  $('heat-readout').replaceChildren(
    element('b', {}, cosineOf(row, column).toFixed(4)),
    `  ${row + 1} “${shorten(textAt(row), 80)}” and ${column + 1} “${shorten(textAt(column), 80)}”`,
  );
}

$('heat').addEventListener('pointerover', readCell);
$('heat').addEventListener('focusin', readCell);
$('heat').addEventListener('pointerleave', () => light(null));
$('heat').addEventListener('keydown', (event) => {
  const cells = [...$('heat').querySelectorAll('.cell')];
  const width = Math.round(Math.sqrt(cells.length));
  rove(cells, event, { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width });
});
