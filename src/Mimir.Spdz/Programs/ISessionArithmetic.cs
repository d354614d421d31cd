using Mimir.Models.Transformers;

namespace Mimir.Spdz.Programs;

/// <summary>What a session does around the transformer: inputs from clients, integer arithmetic on tokens, outputs to clients.</summary>
public interface ISessionArithmetic<T> : IArithmetic<T>
{
    /// <summary>One secret integer that a client put in, by number (see <see cref="SessionPlan"/>). Local.</summary>
    T Input(int number);

    /// <summary>x + s for a public integer s. Local.</summary>
    T AddInteger(T x, int s);

    /// <summary>x − y. Local.</summary>
    T Subtract(T x, T y);

    /// <summary>x ∘ y of integers, no rescaling.</summary>
    ValueTask<T> MultiplyIntegersAsync(T x, T y);

    /// <summary>x and y one after another. Local.</summary>
    T Concat(T x, T y);

    /// <summary>Gives the logits of this step to the one data owner, masked, after the check.</summary>
    ValueTask OutputLogitsAsync(int number, T logits);

    /// <summary>Gives the secret integer <paramref name="value"/> of this step to every receiver, masked, after the check.</summary>
    ValueTask OutputAsync(int number, T value);
}
