import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';

const nearPixels = 64;

/** Keeps the end of a growing list in view while the reader is near it, and leaves him where he is while he is not. */
export function useFollowEnd(list: RefObject<HTMLElement | null>, grown: unknown) {
  const follows = useRef(true);
  const lastTop = useRef(0);
  const [isAway, setAway] = useState(false);

  const toEnd = useCallback(() => {
    const box = list.current;
    if (box === null) return;
    follows.current = true;
    setAway(false);
    box.scrollTop = box.scrollHeight;
    lastTop.current = box.scrollTop;
  }, [list]);

  const onScroll = useCallback(() => {
    const box = list.current;
    if (box === null) return;
    const isNear = box.scrollHeight - box.clientHeight - box.scrollTop <= nearPixels;
    // What grows below moves the end away, and not the reader.
    if (isNear) follows.current = true;
    else if (box.scrollTop < lastTop.current) follows.current = false;
    lastTop.current = box.scrollTop;
    setAway(!follows.current);
  }, [list]);

  useLayoutEffect(() => {
    if (follows.current) toEnd();
  }, [grown, toEnd]);

  // A phone that is turned, or whose keyboard opens, takes the end out of view.
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) toEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [list, toEnd]);

  return { onScroll, toEnd, isAway };
}
