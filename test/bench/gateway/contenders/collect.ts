/** Imported into a gateway whose memory is measured: collects when it is asked, and says how many bytes live. */
process.on('message', (asked) => {
  if (asked !== 'collect') return;
  globalThis.gc?.();
  // What finalizers have let go is collected by the second one.
  setTimeout(() => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.(heapUsed + external);
  }, 500);
});
process.channel?.unref();
