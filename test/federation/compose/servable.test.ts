/** What a supergraph file of somebody else's may have, and is refused for by name. */
import { describe, expect, it } from 'vitest';
import { composition } from '../../../src/federation/compose/composition.ts';
import { supergraphSchema } from '../../../src/federation/supergraph.ts';

const supergraph = (links: string, types: string): string => `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) ${links} { query: Query }
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__DirectiveArguments
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a.test/") B @join__graph(name: "b", url: "http://b.test/") }
${types}`;

const served = (links: string, types: string) => (): unknown => supergraphSchema({ supergraphSdl: supergraph(links, types) });
const query = 'type Query @join__type(graph: A) @join__type(graph: B)';

describe('a supergraph', () => {
  it.each([
    ['@link(url: "https://specs.apollo.dev/connect/v0.2", for: EXECUTION)'],
    [
      '@join__directive(graphs: [A], name: "link", args: { url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"] })',
    ],
  ])('with Apollo Connectors is refused by the fields that have one: %s', (link) => {
    const types = `${query} { users: [String] @join__field(graph: A) @join__directive(graphs: [A], name: "connect", args: { http: { GET: "/users" } }) hello: String @join__field(graph: B) }`;
    expect(served(link, types)).toThrow(
      'Apollo Connectors (@connect, @source) are not served by this gateway: Query.users. Put a GraphQL subgraph in front of the REST API, or leave them out.',
    );
  });

  const refusedContext = '@fromContext is not served by this gateway: Item.price. Use @requires.';

  it('with @fromContext is refused by the fields that take an argument of it, since the planner would leave the argument out', () => {
    const types = `${query} { me: User @join__field(graph: B) } type User @join__type(graph: B, key: "id") { id: ID! currency: String it: Item }
      type Item @join__type(graph: B, key: "id") { id: ID!
        price: String @join__field(graph: B, contextArguments: [{ context: "b__user", name: "currency", type: "String", selection: " { currency }" }]) }`;
    expect(served('', types)).toThrow(refusedContext);
  });

  it('with @fromContext that this project composed is refused too', () => {
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext", "@shareable"])';
    const composed = composition([
      {
        name: 'a',
        url: 'http://a.test',
        sdl: `${link} type Query { user: User } type User @key(fields: "id") { id: ID! currency: String @shareable }`,
      },
      {
        name: 'b',
        url: 'http://b.test',
        sdl: `${link} type Query { me: User } type User @key(fields: "id") @context(name: "user") { id: ID! currency: String @shareable it: Item }
          type Item @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$user { currency }")): String }`,
      },
    ]);
    if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
    expect(() => supergraphSchema({ supergraphSdl: composed.supergraphSdl })).toThrow(refusedContext);
  });

  const items = (key: string): string => `
    ${query} { items: [Item] @join__field(graph: A) }
    interface Item @join__type(graph: A ${key}) @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! tagline: String @join__field(graph: B) }
    type Toy implements Item @join__implements(graph: A, interface: "Item") @join__type(graph: A ${key}) { id: ID! tagline: String @join__field }`;

  it('with an @interfaceObject of an interface without a key is refused, and served with one', () => {
    expect(served('', items(''))).toThrow('"Item" has an @interfaceObject, but the interface "Item" has no @key in any subgraph');
    expect(served('', items(', key: "id"'))).not.toThrow();
  });

  it('with two @interfaceObjects of one type in one subgraph is refused where operations are stitched, by the names of all three', () => {
    const types = `${query} { toy: Toy @join__field(graph: A) }
      interface Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! tagline: String @join__field(graph: B) }
      interface Sold @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) { id: ID! price: Int @join__field(graph: B) }
      type Toy implements Item & Sold @join__implements(graph: A, interface: "Item") @join__implements(graph: A, interface: "Sold") @join__type(graph: A, key: "id")
        { id: ID! tagline: String @join__field price: Int @join__field }`;
    expect(served('', types)).toThrow(
      'a subgraph cannot have an @interfaceObject for two interfaces of one type: "Item" and "Sold" of "Toy"',
    );
  });
});
