/** The shop of the examples: 240 products and 960 reviews, made from a small vocabulary, the same at every start. */
export interface ProductRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: Category;
  readonly price: number;
  readonly materials: readonly string[];
  readonly weightGrams: number;
  readonly brand: string;
  /** Not announced yet: only the shop's staff may see it. */
  readonly unreleased: boolean;
}

export interface ReviewRow {
  readonly id: string;
  readonly productId: string;
  readonly stars: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
}

export type Category = 'KITCHEN' | 'OUTDOOR' | 'OFFICE' | 'BEDROOM' | 'TRAVEL';

const brands = [
  ['Norrland', 'Sweden'],
  ['Casa Brava', 'Spain'],
  ['Larkfield', 'Germany'],
  ['Kumo', 'Japan'],
  ['Alpenrand', 'Austria'],
  ['Tidewater', 'Canada'],
] as const;

interface Kind {
  readonly noun: string;
  readonly category: Category;
  readonly materials: readonly string[];
  readonly grams: number;
  readonly price: number;
  readonly use: string;
  readonly care: string;
}

const kinds: readonly Kind[] = [
  {
    noun: 'Kettle',
    category: 'KITCHEN',
    materials: ['stainless steel', 'cork'],
    grams: 980,
    price: 64,
    use: 'It boils a litre of water in four minutes and pours without dripping.',
    care: 'Descale it with vinegar once a month.',
  },
  {
    noun: 'Chef Knife',
    category: 'KITCHEN',
    materials: ['carbon steel', 'walnut'],
    grams: 210,
    price: 89,
    use: 'The 20 centimetre blade slices tomatoes thinly and stays sharp for months.',
    care: 'Wash it by hand and dry it at once.',
  },
  {
    noun: 'Cutting Board',
    category: 'KITCHEN',
    materials: ['oak'],
    grams: 1850,
    price: 45,
    use: 'A juice groove keeps the worktop clean while carving.',
    care: 'Oil it every few weeks.',
  },
  {
    noun: 'Tent',
    category: 'OUTDOOR',
    materials: ['ripstop nylon', 'aluminium'],
    grams: 2300,
    price: 329,
    use: 'It sleeps two people and stands up in three minutes, even in wind.',
    care: 'Dry it fully before storing it.',
  },
  {
    noun: 'Sleeping Bag',
    category: 'OUTDOOR',
    materials: ['recycled polyester'],
    grams: 1250,
    price: 149,
    use: 'The comfort temperature is four degrees, and the hood closes with one hand.',
    care: 'Wash it cold in a front loader.',
  },
  {
    noun: 'Headlamp',
    category: 'OUTDOOR',
    materials: ['polycarbonate'],
    grams: 86,
    price: 39,
    use: 'The beam reaches 90 metres and the battery lasts forty hours on low.',
    care: 'Charge it before long storage.',
  },
  {
    noun: 'Desk Lamp',
    category: 'OFFICE',
    materials: ['aluminium', 'linen'],
    grams: 1400,
    price: 79,
    use: 'Three colour temperatures suit reading, drawing and late evenings.',
    care: 'Dust the shade with a dry cloth.',
  },
  {
    noun: 'Office Chair',
    category: 'OFFICE',
    materials: ['mesh', 'aluminium'],
    grams: 14800,
    price: 389,
    use: 'Lumbar support and armrests adjust without tools.',
    care: 'Vacuum the mesh twice a year.',
  },
  {
    noun: 'Notebook',
    category: 'OFFICE',
    materials: ['recycled paper', 'linen'],
    grams: 320,
    price: 18,
    use: 'The 192 dotted pages lie flat and do not bleed with fountain pens.',
    care: 'Keep it dry.',
  },
  {
    noun: 'Linen Sheet Set',
    category: 'BEDROOM',
    materials: ['linen'],
    grams: 1650,
    price: 159,
    use: 'Washed flax stays cool in summer and warm in winter.',
    care: 'Wash it at 40 degrees and line dry it.',
  },
  {
    noun: 'Wool Blanket',
    category: 'BEDROOM',
    materials: ['merino wool'],
    grams: 1100,
    price: 129,
    use: 'A tight weave holds warmth without weight.',
    care: 'Air it rather than wash it.',
  },
  {
    noun: 'Pillow',
    category: 'BEDROOM',
    materials: ['cotton', 'buckwheat'],
    grams: 1900,
    price: 59,
    use: 'The filling can be adjusted to the height of your shoulder.',
    care: 'Wash the cover at 60 degrees.',
  },
  {
    noun: 'Backpack',
    category: 'TRAVEL',
    materials: ['waxed canvas', 'leather'],
    grams: 1150,
    price: 139,
    use: 'It fits a 15 inch laptop and opens like a suitcase.',
    care: 'Wax the canvas once a year.',
  },
  {
    noun: 'Suitcase',
    category: 'TRAVEL',
    materials: ['polycarbonate', 'aluminium'],
    grams: 3400,
    price: 249,
    use: 'Four silent wheels roll over cobblestones, and it is accepted as cabin luggage.',
    care: 'Wipe the shell with a damp cloth.',
  },
  {
    noun: 'Travel Mug',
    category: 'TRAVEL',
    materials: ['stainless steel', 'silicone'],
    grams: 340,
    price: 29,
    use: 'It keeps coffee hot for six hours and does not leak upside down.',
    care: 'The lid goes into the dishwasher.',
  },
  {
    noun: 'Rain Jacket',
    category: 'TRAVEL',
    materials: ['recycled nylon'],
    grams: 390,
    price: 179,
    use: 'Taped seams keep heavy rain out, and it packs into its own pocket.',
    care: 'Wash it gently and renew the coating.',
  },
];

const lines = [
  'Classic',
  'Pro',
  'Light',
  'Studio',
  'Heritage',
  'Compact',
  'Everyday',
  'Plus',
  'Alba',
  'Atelier',
  'Trail',
  'Home',
  'Series 2',
  'Terra',
  'Mini',
];
const openings = [
  (kind: Kind, brand: string) => `The ${kind.noun.toLowerCase()} that ${brand} has made for thirty years, now in ${kind.materials[0]}.`,
  (kind: Kind, brand: string) => `${brand} designed this ${kind.noun.toLowerCase()} for people who use it every day.`,
  (kind: Kind, brand: string) =>
    `A ${kind.noun.toLowerCase()} made of ${kind.materials.join(' and ')}, built by ${brand} to be repaired rather than replaced.`,
];
const warranties = [5, 2, 10];

const at = <T>(list: readonly T[], index: number): T => {
  const value = list[((index % list.length) + list.length) % list.length];
  if (value === undefined) throw new Error('The list is empty.');
  return value;
};

export const products: readonly ProductRow[] = Array.from({ length: 240 }, (_, index) => {
  const kind = at(kinds, index);
  const [brand] = at(brands, Math.floor(index / kinds.length) + index);
  const line = at(lines, Math.floor(index / kinds.length));
  const scale = 1 + ((index * 7) % 5) / 10;
  return {
    id: String(index + 1),
    name: `${brand} ${line} ${kind.noun}`,
    description: [
      `${at(openings, index)(kind, brand)} ${kind.use}`,
      `Material: ${kind.materials.join(' and ')}`,
      `Care: ${kind.care}`,
      `Warranty: ${at(warranties, index)} years`,
    ].join('\n'),
    category: kind.category,
    price: Math.round(kind.price * scale) - 0.05,
    materials: kind.materials,
    weightGrams: Math.round(kind.grams * scale),
    brand,
    unreleased: index % 40 === 39,
  };
});

export const countryOf = (brand: string): string => brands.find(([name]) => name === brand)?.[1] ?? 'Unknown';

const opinions = [
  [5, 'I loved it from the first day. The design is beautiful and the comfort is better than expected.'],
  [4, 'I liked it a lot. Good value, although the delivery took a week.'],
  [2, 'Disappointed. The durability is poor: it broke after two months.'],
  [5, 'Loved the durability. Three years of daily use and it still works like new.'],
  [3, 'I liked the design, but the value is only fair at this price.'],
  [1, 'Very disappointed with the comfort, and the colour is different from the picture.'],
  [4, 'Liked it more with every week. Comfort and durability are excellent.'],
  [5, 'A present for my sister, who loved the design at once. Great value, too.'],
  [2, 'I wanted to like it, but the finish scratches easily.'],
] as const;

/** Where and how it is used: what reviews of a category say besides. */
const circumstances: Readonly<Record<Category, readonly string[]>> = {
  KITCHEN: ['We are a family of five and cook every evening.', 'It replaced one that I had for ten years.', 'Our kitchen is tiny.'],
  OUTDOOR: ['It came along for a week in the mountains.', 'We had two nights of heavy rain.', 'I walk alone and count every gram.'],
  OFFICE: ['I spend eight hours a day beside it.', 'My whole team ordered the same one.', 'It fits my small desk.'],
  BEDROOM: ['I sleep badly in summer.', 'It has been washed a dozen times.', 'The guest room has one as well.'],
  TRAVEL: ['I commute by train and by bicycle.', 'It has seen four airports this month.', 'We took it to Lisbon and back.'],
};
const authors = ['Maya', 'Jonas', 'Ines', 'Tomasz', 'Aiko', 'Priya', 'Luca', 'Grace', 'Omar', 'Freya'];

export const reviews: readonly ReviewRow[] = Array.from({ length: 960 }, (_, index) => {
  const product = at(products, index * 7);
  const [stars, opinion] = at(opinions, index + Math.floor(index / 240));
  return {
    id: `r${index + 1}`,
    productId: product.id,
    stars,
    author: at(authors, index * 3),
    body: `${opinion} ${at(circumstances[product.category], index + Math.floor(index / products.length))}`,
    createdAt: new Date(Date.UTC(2025, index % 12, 1 + (index % 28))).toISOString(),
  };
});
