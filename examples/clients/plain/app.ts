/** No library but `fieldgate/client`: it goes on by itself after a drop. */
import { type AnswerSnapshot, createClient, type TypedDocument } from '../../../src/client/sdk.ts';

const gate = createClient({ url: '/graphql', token: () => sessionStorage.getItem('token') });

function paragraph(className: string): HTMLElement {
  const element = Object.assign(document.createElement('p'), { className });
  document.body.append(element);
  return element;
}
function button(text: string, onclick: () => void): void {
  document.body.append(Object.assign(document.createElement('button'), { textContent: text, onclick }));
}
const textOf = ({ text, failure, citations }: AnswerSnapshot): string =>
  `${failure?.message ?? text} ${citations.map(({ quote }) => `“${quote}”`).join(' ')}`.trim();

// Codegen makes such documents with their types; text does without.
type Shop = TypedDocument<{ readonly products: readonly { readonly name: string; readonly summary: string | null }[] }, object>;
const shop = '{ products { name summary } }' as string & Shop;
const { data } = await gate.query(shop);
for (const { name, summary } of data.products) paragraph('product').textContent = `${name}: ${summary}`;

button('Write', () => {
  const shown = paragraph('answer');
  const answer = gate.complete({ prompt: { text: sessionStorage.getItem('prompt') ?? '' } });
  answer.subscribe(() => {
    shown.textContent = textOf(answer.snapshot());
  });
});

button('Ask the handbook', () => {
  const shown = paragraph('cited');
  const answer = gate.answer({ collection: 'handbook', question: 'How many days of holidays?' });
  answer.subscribe(() => {
    shown.textContent = textOf(answer.snapshot());
  });
});
