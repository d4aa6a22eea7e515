import type { Conversation } from '../../src/client/chat/kept-chats.ts';

interface ConversationListProps {
  readonly conversations: readonly Conversation[];
  readonly selected: string | null;
  readonly hasMore: boolean;
  readonly onMore: () => void;
  readonly onDelete: (conversation: Conversation) => void;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function ConversationList({ conversations, selected, hasMore, onMore, onDelete }: ConversationListProps) {
  return (
    <>
      <ul>
        {conversations.map((one) => {
          const title = one.title ?? 'New conversation';
          return (
            <li key={one.id}>
              <a href={`#/${one.id}`} aria-current={one.id === selected ? 'page' : undefined}>
                <span dir="auto">{title}</span>
                <small>{one.isRunning ? 'is being answered' : day.format(new Date(one.updatedAt))}</small>
              </a>
              <button type="button" className="delete" aria-label={`Delete “${title}”`} onClick={() => onDelete(one)}>
                ×
              </button>
            </li>
          );
        })}
      </ul>
      {hasMore && (
        <button type="button" onClick={onMore}>
          Older ones
        </button>
      )}
    </>
  );
}
