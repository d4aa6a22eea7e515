/** The answer of every contender's model: 200 tokens that begin with the question, so that who asked can check whose answer it is. */
const words = 'The kettle boils a litre of water in four minutes and then it rests on its base until the tea is made.'.split(' ');
const tokenCount = 200;

const rest = Array.from({ length: tokenCount }, (_, index) => `${words[index % words.length]} `);

/** Token by token. */
export const answerTokens = (question: string): readonly string[] => [`You asked: ${question} `, ...rest];

export const answerText = (question: string): string => `You asked: ${question} ${rest.join('')}`;

/** What everybody asks: with an address, so that masking has something to find. `#` is another word in each call. */
export const question = 'How long does the kettle of anna@example.com take, in case #?';
