/**
 * @generated SignedSource<<49a22324a4ba2afcec14db8c80be20c1>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ConcreteRequest } from 'relay-runtime';
export type appAskSubscription$variables = {
  key: string;
  text: string;
};
export type appAskSubscription$data = {
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
export type appAskSubscription = {
  response: appAskSubscription$data;
  variables: appAskSubscription$variables;
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
        "kind": "Literal",
        "name": "collection",
        "value": "handbook"
      },
      {
        "kind": "Variable",
        "name": "idempotencyKey",
        "variableName": "key"
      },
      {
        "kind": "Variable",
        "name": "question",
        "variableName": "text"
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
    "name": "appAskSubscription",
    "selections": [
      {
        "alias": "event",
        "args": (v2/*:: as any*/),
        "concreteType": null,
        "kind": "LinkedField",
        "name": "aiAnswerStream",
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
    "name": "appAskSubscription",
    "selections": [
      {
        "alias": "event",
        "args": (v2/*:: as any*/),
        "concreteType": null,
        "kind": "LinkedField",
        "name": "aiAnswerStream",
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
    "cacheID": "2a5b24ba81f04599f3507e1833f7caf6",
    "id": null,
    "metadata": {},
    "name": "appAskSubscription",
    "operationKind": "subscription",
    "text": "subscription appAskSubscription(\n  $text: String!\n  $key: String!\n) {\n  event: aiAnswerStream(input: {collection: \"handbook\", question: $text, idempotencyKey: $key}, delivery: SNAPSHOT) {\n    __typename\n    ... on CompletionSnapshot {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n    }\n    ... on CompletionFinished {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n    }\n    ... on CompletionFailed {\n      completion {\n        id\n        text\n        citations {\n          quote\n        }\n      }\n      failure {\n        __typename\n        message\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "3ea70b2a50b4d7521981a3869c0090c7";

export default node;
