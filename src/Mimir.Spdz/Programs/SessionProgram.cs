using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;

namespace Mimir.Spdz.Programs;

/// <summary>
/// One session's program, step by step, over any backend: parties run it, the dealer deals along it, the plan counts it. A step takes the
/// secret token of its position and returns the secret token of the next.
/// </summary>
public sealed class SessionProgram<T>(ModelLayout model, SessionPlan plan, ISessionArithmetic<T> a)
{
    private readonly Transformer<T> _transformer = new(model, a);

    /// <summary>
    /// Runs the step of cache row <paramref name="row"/>, at <paramref name="position"/> of the text, which enters public constants only: who counts lengths
    /// may give any. After the certain part of the prompt a token is sampled and goes, plus one, to the
    /// receivers; where the uncertain part of the prompt still speaks (secret bit 1) they get 0 and the prompt's token goes on.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> StepAsync(int row, int position, T token)
    {
        var next = row + 1;
        if (!plan.HasLogits(row))
        {
            await _transformer.StoreAsync(token, position);
            return a.Input(next);
        }
        var logits = await _transformer.LogitsAsync(await _transformer.StepAsync(token, position));
        // A cap grows with what it caps: the largest logit stays the largest.
        if (model.LogitsCap > 0 && (plan.Temperature > 0 || plan.LogitsToOwner)) logits = await a.CapAsync(logits, model.LogitsCap);
        if (plan.LogitsToOwner)
        {
            // The next token is the owner's next input.
            await a.OutputLogitsAsync(row - plan.FirstLogits, logits);
            return token;
        }
        var sampled = await a.SampleAsync(logits, model.VocabularySize, plan.Temperature, plan.TopK);
        var shown = a.AddInteger(sampled, 1);
        if (next < plan.PromptPositions && !plan.OwnerContinues)
        {
            // token = sampled + bit·(prompt − sampled); shown = (1 − bit)·(sampled + 1).
            var bit = a.Input(plan.BitInput(next));
            var products = await a.MultiplyIntegersAsync(a.Concat(bit, bit), a.Concat(a.Subtract(a.Input(next), sampled), shown));
            sampled = a.Add(sampled, a.Slice(products, 0, 1));
            shown = a.Subtract(shown, a.Slice(products, 1, 1));
        }
        await a.OutputAsync(row - plan.FirstLogits, shown);
        return sampled;
    }
}
