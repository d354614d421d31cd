using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// A token from logits: argmax, or, with temperature τ &gt; 0, argmax(logits + τ·g) with Gumbel noise g = −ln(−ln u), which samples from
/// softmax(logits/τ) exactly; with top-k among the <see cref="TopK"/> only, the noise by rank; with ε after <see cref="PrivateTokens"/>. The dealer draws u per logit and deals ⟦τ·g⟧; it learns no logit and no token. With a noise seed, u comes from
/// a public generator instead, for repeatable runs, and the parties add τ·g themselves.
/// Source: Gumbel 1954; Maddison, Tarlow, Minka 2014.
/// </summary>
public static class Sample
{
    private const ulong NoiseStream = 7;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int count, SessionPlan plan, Numbers numbers)
    {
        if (plan.Epsilon > 0) PrivateTokens.Deal(tape, count, numbers);
        if (plan.TopK > 0) TopK.Deal(tape, count, plan.TopK, numbers);
        if (HasDealtNoise(plan))
        {
            using var u = new Secret(Noisy(count, plan));
            tape.UniformRaw(u.Span);
            ToNoise(u.Span, plan.Temperature, numbers);
            tape.Authenticated(u.Span);
        }
        if (plan.TopK > 0) Argmax.DealPacked(tape, plan.TopK, TopKShape.Of(count, plan.TopK).IndexBits, numbers.Vocabulary);
        else Argmax.Deal(tape, count, numbers.Vocabulary);
    }

    /// <summary>count logits → one integer; <paramref name="output"/> numbers the sampled tokens of the session.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share logits, SessionPlan plan, Numbers numbers, int output)
    {
        if (plan.TopK > 0) return await AmongAsync(step, logits, plan, numbers, output);
        if (plan.Epsilon > 0) logits = await PrivateTokens.RunAsync(step, logits, plan, numbers);
        return await Argmax.RunAsync(step, AddNoise(step, logits, 1, plan, numbers, output), numbers.Vocabulary);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int count, SessionPlan plan, Numbers numbers)
    {
        var cost = plan.TopK > 0
            ? TopK.Cost(count, plan.TopK, numbers) + Argmax.CostPacked(plan.TopK, TopKShape.Of(count, plan.TopK).IndexBits, numbers.Vocabulary)
            : Argmax.Cost(count, numbers.Vocabulary);
        if (plan.Epsilon > 0) cost += PrivateTokens.Cost(count, numbers);
        return HasDealtNoise(plan) ? cost + new Cost(0, 0, Authenticated: Noisy(count, plan)) : cost;
    }

    /// <summary>Noise by rank: the largest logit gets the first.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Share> AmongAsync(PartyStep step, Share logits, SessionPlan plan, Numbers numbers, int output)
    {
        var shape = TopKShape.Of(logits.Length, plan.TopK);
        var kept = await TopK.RunAsync(step, logits, plan.TopK, numbers);
        var low = await Argmax.RunPackedAsync(step, AddNoise(step, kept, 1L << shape.IndexBits, plan, numbers, output), shape.IndexBits, numbers.Vocabulary);
        return step.Party.AddScalar(Field.Reduce(-1) * low, shape.Length - 1);
    }

    /// <summary>x + scale·τ·g.</summary>
    private static Share AddNoise(PartyStep step, Share x, long scale, SessionPlan plan, Numbers numbers, int output)
    {
        if (plan.Temperature == 0) return x;
        if (plan.NoiseSeed is { } seed) return x + PublicNoise(step.Party, x.Length, seed, output, plan.Temperature, scale, numbers);
        step.Tape.UniformRaw(x.Length);
        var noise = step.Tape.Authenticated(x.Length);
        return x + (scale == 1 ? noise : scale * noise);
    }

    private static bool HasDealtNoise(SessionPlan plan) => plan.Temperature > 0 && plan.NoiseSeed is null;

    private static int Noisy(int count, SessionPlan plan) => plan.TopK > 0 ? plan.TopK : count;

    private static Opened PublicNoise(Party party, int count, long seed, int output, double temperature, long scale, Numbers numbers)
    {
        using var prg = PublicGenerator(seed);
        var u = party.Workspace.Rent(count);
        prg.Fill((ulong)output * (ulong)count, u.Span);
        ToNoise(u.Span, temperature, numbers);
        if (scale != 1) FieldVector.Scale(u.Span, scale, u.Span);
        return new Opened(u);
    }

    /// <summary>Where public noise comes from.</summary>
    internal static Prg PublicGenerator(long seed)
    {
        Span<byte> key = stackalloc byte[TapeKeys.Bytes];
        BitConverter.TryWriteBytes(key, seed);
        return new Prg(key, NoiseStream);
    }

    /// <summary>u uniform in [0, p) → τ·(−ln(−ln((u + ½)/p))).</summary>
    internal static double Gumbel(double u, double temperature) => temperature * -Elementary.Log(-Elementary.Log((u + 0.5) / Field.P));

    /// <summary>The same as field elements.</summary>
    private static void ToNoise(Span<double> u, double temperature, Numbers numbers)
    {
        for (var i = 0; i < u.Length; i++)
            u[i] = numbers.Encode(Gumbel(u[i], temperature));
    }
}
