/** What measures the machine and the day, and not the model: it never comes out the same again. */
const VOLATILE =
  /(?:^|[._/ -])(?:runtime|(?:wall_?|elapsed_?|start_?|end_?|total_?)time|elapsed|duration|timestamp|throughput|latency)$|_(?:runtime|timestamp|per_second|time_(?:s|sec|ms)|seconds|latency)$|^(?:eval|train|test|predict)_time$/i

/** Whether a metric of this name cannot reproduce: `eval_runtime`, `samples_per_second`. */
export const isVolatile = (name: string): boolean => VOLATILE.test(name)

/**
 * The metrics that can be compared: all that can reproduce, and of the others those that a record has all
 * the same, since a name alone excuses no difference.
 */
export const comparable = (
  metrics: Readonly<Record<string, number>>,
  recorded: Readonly<Record<string, number>> = {},
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(metrics).filter(([name]) => !isVolatile(name) || Object.hasOwn(recorded, name)),
  )
