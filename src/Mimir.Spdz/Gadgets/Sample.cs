using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// A token from logits: argmax, or, with temperature τ &gt; 0, argmax(logits + τ·g) with Gumbel noise g = −ln(−ln u), which samples from
/// softmax(logits/τ) exactly. The dealer draws u per logit and deals ⟦τ·g⟧; it learns no logit and no token. With a noise seed, u comes from
/// a public generator instead, for repeatable runs, and the parties add τ·g themselves.
/// Source: Gumbel 1954; Maddison, Tarlow, Minka 2014.
/// </summary>
public static class Sample
{
    private const ulong NoiseStream = 7;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int count, SessionPlan plan, Numbers numbers)
    {
        if (plan.Temperature > 0 && plan.NoiseSeed is null)
        {
            using var u = new Secret(count);
            tape.UniformRaw(u.Span);
            ToNoise(u.Span, plan.Temperature, numbers);
            tape.Authenticated(u.Span);
        }
        Argmax.Deal(tape, count, numbers.Vocabulary);
    }

    /// <summary>count logits → one integer; <paramref name="output"/> numbers the sampled tokens of the session.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share logits, SessionPlan plan, Numbers numbers, int output)
    {
        if (plan.Temperature > 0)
        {
            if (plan.NoiseSeed is { } seed) logits += PublicNoise(step.Party, logits.Length, seed, output, plan.Temperature, numbers);
            else
            {
                step.Tape.UniformRaw(logits.Length);
                logits += step.Tape.Authenticated(logits.Length);
            }
        }
        return await Argmax.RunAsync(step, logits, numbers.Vocabulary);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int count, SessionPlan plan, Numbers numbers)
    {
        var cost = Argmax.Cost(count, numbers.Vocabulary);
        return plan.Temperature > 0 && plan.NoiseSeed is null ? cost + new Cost(0, 0, Authenticated: count) : cost;
    }

    private static Opened PublicNoise(Party party, int count, long seed, int output, double temperature, Numbers numbers)
    {
        using var prg = PublicGenerator(seed);
        var u = party.Workspace.Rent(count);
        prg.Fill((ulong)output * (ulong)count, u.Span);
        ToNoise(u.Span, temperature, numbers);
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
    internal static double Gumbel(double u, double temperature) => temperature * -Math.Log(-Math.Log((u + 0.5) / Field.P));

    /// <summary>The same as field elements.</summary>
    private static void ToNoise(Span<double> u, double temperature, Numbers numbers)
    {
        for (var i = 0; i < u.Length; i++)
            u[i] = numbers.Encode(Gumbel(u[i], temperature));
    }
}
