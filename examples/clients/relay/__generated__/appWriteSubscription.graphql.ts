/**
 * @generated SignedSource<<c0f489c7afea664d874297483dccc789>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type appWriteSubscription$variables = {
  key: string;
  text: string;
};
export type appWriteSubscription$data = {
  readonly event: {
    readonly __typename: "CompletionFailed";
    readonly completion: {
      readonly citations: ReadonlyArray<{
        readonly quote: string;
      }>;
      readonly id: string;
      readonly text: string;
    };
    readonly failure: {
      readonly message: string;
    };
  } | {
    readonly __typename: "CompletionFinished";
    readonly completion: {
      readonly citations: ReadonlyArray<{
        readonly quote: string;
      }>;
      readonly id: string;
      readonly text: string;
    };
  } | {
    readonly __typename: "CompletionSnapshot";
    readonly completion: {
      readonly citations: ReadonlyArray<{
        readonly quote: string;
      }>;
      readonly id: string;
      readonly text: string;
    };
  } | {
    // This will never be '%other', but we need some
    // value in case none of the concrete values match.
    readonly __typename: "%other";
  };
};
export type appWriteSubscription = {
  response: appWriteSubscription$data;
  variables: appWriteSubscription$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "key"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "text"
},
v2 = [
  {
    "kind": "Literal",
    "name": "delivery",
    "value": "SNAPSHOT"
  },
  {
    "fields": [
      {
        "kind": "Variable",
        "name": "idempotencyKey",
        "variableName": "key"
      },
      {
        "fields": [
          {
            "kind": "Variable",
            "name": "text",
            "variableName": "text"
          }
        ],
        "kind": "ObjectValue",
        "name": "prompt"
      }
    ],
    "kind": "ObjectValue",
    "name": "input"
  }
],
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "__typename",
  "storageKey": null
},
v4 = {
  "alias": null,
  "args": null,
  "concreteType": "Completion",
  "kind": "LinkedField",
  "name": "completion",
  "plural": false,
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "id",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "text",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "concreteType": "AiCitation",
      "kind": "LinkedField",
      "name": "citations",
      "plural": true,
      "selections": [
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "quote",
          "storageKey": null
        }
      ],
      "storageKey": null
    }
  ],
  "storageKey": null
},
v5 = [
  (v4/*:: as any*/)
],
v6 = {
  "kind": "InlineFragment",
  "selections": (v5/*:: as any*/),
  "type": "CompletionSnapshot",
  "abstractKey": null
},
v7 = {
  "kind": "InlineFragment",
  "selections": (v5/*:: as any*/),
  "type": "CompletionFinished",
  "abstractKey": null
},
v8 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "message",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "appWriteSubscription",
    "selections": [
      {
        "alias": "event",
        "args": (v2/*:: as any*/),
        "concreteType": null,
        "kind": "LinkedField",
        "name": "completionStream",
        "plural": false,
        "selections": [
          (v3/*:: as any*/),
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          {
            "kind": "InlineFragment",
            "selections": [
              (v4/*:: as any*/),
              {
                "alias": null,
                "args": null,
                "concreteType": null,
                "kind": "LinkedField",
                "name": "failure",
                "plural": false,
                "selections": [
                  (v8/*:: as any*/)
                ],
                "storageKey": null
              }
            ],
            "type": "CompletionFailed",
            "abstractKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v1/*:: as any*/),
      (v0/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "appWriteSubscription",
    "selections": [
      {
        "alias": "event",
        "args": (v2/*:: as any*/),
        "concreteType": null,
        "kind": "LinkedField",
        "name": "completionStream",
        "plural": false,
        "selections": [
          (v3/*:: as any*/),
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          {
            "kind": "InlineFragment",
            "selections": [
              (v4/*:: as any*/),
              {
                "alias": null,
                "args": null,
                "concreteType": null,
                "kind": "LinkedField",
                "name": "failure",
                "plural": false,
                "selections": [
                  (v3/*:: as any*/),
                  (v8/*:: as any*/)
                ],
                "storageKey": null
              }
            ],
            "type": "CompletionFailed",
            "abstractKey": null
          }
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "059ba7e4c9b68a938c7e9d2db7eec0fe",
    "id": null,
    "metadata": {},
    "name": "appWriteSubscription",
    "operationKind": "subscription",
    "text": "subscription appWriteSubscription(\n  $text: String!\n  $key: String!\n) {\n  event: completionStream(input: {prompt: {text: $text}, idempotencyKey: $key}, delivery: SNAPSHOT) {\n    __typename\n    ... on CompletionSnapshot {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n    }\n    ... on CompletionFinished {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n    }\n    ... on CompletionFailed {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n      failure {\n        __typename\n        message\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "8859f0603eb4f60e44704a041ff2d830";

export default node;
