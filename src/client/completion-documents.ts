/** The operations of this client, as text: it needs no library to print or parse them. `test/client/` validates them against the schema. */

const failure = 'code message retryable retryAfterMs errorId';
const call = 'id name arguments opaque';
const citation = 'marker quote score passage{id text start end source{id title collection metadata}} entity{typeName key}';
const completion = `id status text parts{__typename ...on TextPart{text} ...on ReasoningPart{text opaque} ...on ToolCallPart{call{${call}}}} object finishReason citations{${citation}} failure{${failure}} usage{freshInputTokens cacheReadTokens cacheWriteTokens outputTokens reasoningTokens totalTokens cost{amount currency} estimated} provenance{provider model deployment route cache latencyMs timeToFirstTokenMs} warnings`;
const whole = `completion{${completion}}`;
const events = `{__typename seq cursor completionId ...on TextDelta{text offset} ...on ReasoningDelta{text} ...on ToolCallDelta{callId name argumentsText} ...on ToolCallReady{call{${call}}} ...on ObjectDelta{object} ...on CitationAdded{citation{${citation}}} ...on CompletionFinished{${whole}} ...on CompletionFailed{${whole} failure{${failure}}}}`;

export const completionStream = `subscription Completion($input:CompletionInput!){completionStream(input:$input)${events}}`;
export const aiAnswerStream = `subscription AiAnswer($input:AiAnswerInput!){aiAnswerStream(input:$input)${events}}`;
export const completionEvents = `subscription CompletionEvents($id:ID!,$after:Cursor){completionEvents(id:$id,after:$after)${events}}`;
export const startCompletion = `mutation StartCompletion($input:CompletionInput!){startCompletion(input:$input){__typename ...on Completion{id} ...on Failure{${failure}}}}`;
export const completionById = `query CompletionById($id:ID!){completionById(id:$id){${completion}}}`;
export const cancelCompletion = `mutation CancelCompletion($id:ID,$key:String){cancelCompletion(id:$id,idempotencyKey:$key){${completion}}}`;

export const gatewayVersion = 'query GatewayVersion{aiHealth{version}}';

const conversation = 'id title createdAt updatedAt expiresAt isRunning';
export const conversationList = `query Conversations($first:Int!,$after:String){aiConversations(first:$first,after:$after){conversations{${conversation}} endCursor}}`;
export const conversationMessages = `query ConversationMessages($id:ID!,$last:Int!,$before:Int){aiConversation(id:$id){${conversation} messages(last:$last,before:$before){turn role text content completion{${completion}}}}}`;
export const createConversation = `mutation CreateConversation($title:String){createAiConversation(title:$title){${conversation}}}`;
export const renameConversation = `mutation RenameConversation($id:ID!,$title:String!){renameAiConversation(id:$id,title:$title){${conversation}}}`;
export const deleteConversation = `mutation DeleteConversation($id:ID!){deleteAiConversation(id:$id)}`;
