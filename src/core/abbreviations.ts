const abbreviation =
  /(?:^|[\s("'“‘[])(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|no|nr|fig|eg|ie|e\.g|i\.e|z\.B|d\.h|u\.a|etc|approx|ca|cf|inc|ltd|co|corp|vol|pp|art|sec|[a-z])\.\s*$/i;

/** Whether the full stop at its end belongs to a word, such as `Dr.` or `e.g.`: the rules of Unicode end a sentence behind it. */
export const endsInAbbreviation = (text: string): boolean => abbreviation.test(text.slice(-14));
