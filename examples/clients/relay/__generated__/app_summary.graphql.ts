/**
 * @generated SignedSource<<c0c1caa618536eb6c43b4c9f74d50ec2>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ReaderFragment } from 'relay-runtime';
import type { FragmentRefs } from "relay-runtime";
export type app_summary$data = {
  readonly summary: string | null | undefined;
  readonly " $fragmentType": "app_summary";
};
export type app_summary$key = {
  readonly " $data"?: app_summary$data;
  readonly " $fragmentSpreads": FragmentRefs<"app_summary">;
};

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": null,
  "name": "app_summary",
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "summary",
      "storageKey": null
    }
  ],
  "type": "Product",
  "abstractKey": null
};

(node as any).hash = "85b04c595b6ae779a680b6196e635eda";

export default node;
