/**
 * Answers questions that are asked at one moment by one call, each caller being given the answer to its own. What is read
 * is read after the last of them asked, so nobody is answered from before it asked.
 */
export const together = <Question, Answer>(
  answer: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): ((question: Question) => Promise<Answer>) => {
  type Waiting = { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];

  const answerAll = async () => {
    const asked = waiting;
    waiting = [];
    try {
      const answers = await answer(asked.map(({ question }) => question));
      for (const [i, { resolve }] of asked.entries()) resolve(answers[i]!);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };

  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(answerAll);
      waiting.push({ question, resolve, reject });
    });
};
