/**
 * @generated SignedSource<<e6c8f2f3943080640c0b6b6e132b345c>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
import type { FragmentRefs } from "relay-runtime";
export type appShopQuery$variables = Record<PropertyKey, never>;
export type appShopQuery$data = {
  readonly products: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly " $fragmentSpreads": FragmentRefs<"app_summary">;
  }>;
};
export type appShopQuery = {
  response: appShopQuery$data;
  variables: appShopQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "name",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "appShopQuery",
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Product",
        "kind": "LinkedField",
        "name": "products",
        "plural": true,
        "selections": [
          (v0/*:: as any*/),
          (v1/*:: as any*/),
          {
            "kind": "Defer",
            "selections": [
              {
                "args": null,
                "kind": "FragmentSpread",
                "name": "app_summary"
              }
            ]
          }
        ],
        "storageKey": null
      }
    ],
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "appShopQuery",
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Product",
        "kind": "LinkedField",
        "name": "products",
        "plural": true,
        "selections": [
          (v0/*:: as any*/),
          (v1/*:: as any*/),
          {
            "if": null,
            "kind": "Defer",
            "label": "appShopQuery$defer$app_summary",
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "summary",
                "storageKey": null
              }
            ]
          }
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "5289ee7fee8d843a9746e3ecae1583a1",
    "id": null,
    "metadata": {},
    "name": "appShopQuery",
    "operationKind": "query",
    "text": "query appShopQuery {\n  products {\n    id\n    name\n    ...app_summary @defer(label: \"appShopQuery$defer$app_summary\")\n  }\n}\n\nfragment app_summary on Product {\n  summary\n}\n"
  }
};
})();

(node as any).hash = "ac49acc5e5be3d956d3b0a9e7c9df5bc";

export default node;
