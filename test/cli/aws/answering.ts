/** What AWS answers to a command: a value, an Error that it fails with, or a function of the command's input. */
// biome-ignore lint/suspicious/noExplicitAny: the inputs of all commands there are
type Answer = object | Error | ((input: any) => unknown);

export const awsError = (name: string, message = name) => Object.assign(new Error(message), { name });

/** A client of any AWS service that answers commands by their names, and throws on one that it was not told of. */
export const answering = (answers: Record<string, Answer>) => {
  const asked: { name: string; input: unknown }[] = [];
  const send = async (command: { input: unknown }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    asked.push({ name, input: command.input });
    const answer = answers[name];
    if (answer === undefined) throw new Error(`nobody said what ${name} answers`);
    const value = typeof answer === 'function' ? await answer(command.input) : answer;
    if (value instanceof Error) throw value;
    return value;
  };
  return {
    answers,
    asked,
    client: { send },
    /** How often a command was sent. */
    times: (name: string) => asked.filter((each) => each.name === name).length,
  };
};
