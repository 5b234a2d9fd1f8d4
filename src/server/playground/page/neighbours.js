// The texts by their cosine to the query, or to the text that was picked where there is no query.

const NEIGHBOURS_SHOWN = 50;

function showNeighbours(of) {
  const { texts, low } = state.shown;
  const ranked = texts.map((_, index) => index).filter((index) => index !== of);
  const cosines = new Map(ranked.map((index) => [index, cosineOf(of, index)]));
  ranked.sort((a, b) => cosines.get(b) - cosines.get(a));
  $('near-of').textContent = `of ${of < 0 ? 'the query' : `text ${of + 1}`}: “${shorten(textAt(of), 90)}”`;
  $('near').replaceChildren(
    ...ranked.slice(0, NEIGHBOURS_SHOWN).map((index) => {
      const cosine = cosines.get(index);
      const row = element(
        'li',
        { title: texts[index] },
        element('span', { className: 'place' }, nameOf(index)),
        element('span', { className: 'text' }, texts[index] || '(the empty text)'),
        element('span', { className: 'score' }, cosine.toFixed(4)),
      );
      row.dataset.text = index;
      row.style.setProperty('--share', Math.min(1, Math.max(0, cosine)).toFixed(4));
      heat(row, cosine, low);
      return row;
    }),
  );
}

$('near').addEventListener('pointerover', (event) => light(textOf(event)));
$('near').addEventListener('pointerleave', () => light(null));
