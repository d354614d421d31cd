using Mimir.Models.Reference;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Top-k and private tokens in whole sessions: the reference's tokens, the declared rounds and bytes, and what is refused.</summary>
public sealed class TopKSessionTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8, 21];

    /// <summary>With the same public noise, by rank, party and float64 reference choose the same tokens.</summary>
    [Theory]
    [InlineData(true, 2, true, 4)]
    [InlineData(true, 3, true, 2)]
    [InlineData(false, 2, false, 8)]
    [InlineData(false, 2, true, 37)]
    public async Task Tokens_are_the_references(bool llama, int parties, bool active, int topK)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        foreach (var seed in (long[])[11, 12])
        {
            var plan = Plans.Single(5, 8) with { Temperature = 2, NoiseSeed = seed, TopK = topK };
            var group = await RunAsync(plan, llama, parties, active);
            using var noise = Sample.PublicGenerator(seed);
            var position = 0UL;
            var arithmetic = new FloatArithmetic(new ReferenceWeights(model), () => Uniform(noise, position++));
            int Pick(double[] logits) => (int)arithmetic.SampleAsync(logits, logits.Length, 2, topK).AsTask().GetAwaiter().GetResult()[0];
            Assert.Equal(ReferenceModel.Generate(model, Prompt, 8, Pick).Tokens, group.Clients.Tokens["alice"]);
        }
    }

    [Fact]
    public async Task Top_k_stays_among_the_k_likeliest_and_differs_from_run_to_run()
    {
        var plan = Plans.Single(5, 12) with { Temperature = 3, TopK = 4 };
        var runs = new List<int[]>();
        for (var run = 0; run < 2; run++)
        {
            int[] tokens = [.. (await RunAsync(plan, true, 2, true)).Clients.Tokens["alice"]];
            var at = 0;
            ReferenceModel.Generate(TinyModel.Llama(), Prompt, 12, logits =>
            {
                // As coarse as comparisons are.
                Assert.True(logits.Count(l => l > logits[tokens[at]] + 0.02) < 4, $"token {at} is none of the four likeliest");
                return tokens[at++];
            });
            runs.Add(tokens);
        }
        Assert.NotEqual(runs[0], runs[1]);
    }

    [Theory]
    [InlineData(4, 0.0)]
    [InlineData(0, 2.0)]
    public async Task Rounds_and_openings_are_the_declared(int topK, double epsilon)
    {
        var layout = TinyModel.Llama().Layout;
        var plan = Plans.Single(1, 3) with { Temperature = 1, AuditRate = 0 };
        var chosen = plan with { TopK = topK, Epsilon = epsilon };
        var (with, without) = (await RunAsync(chosen, true, 2, true, [3]), await RunAsync(plan, true, 2, true, [3]));
        var numbers = new Numbers(layout, 16, 2, 2);
        var added = Sample.Cost(37, chosen, numbers) - Sample.Cost(37, plan, numbers);
        Assert.True(added.Rounds > 0);
        Assert.Equal(3 * added.Rounds, with.Statistics[0].OnlineRounds - without.Statistics[0].OnlineRounds);
        Assert.Equal(3 * added.OpenedBytes, with.Statistics[0].OnlineBytes - without.Statistics[0].OnlineBytes);
    }

    [Theory]
    [InlineData(1, 1.0, 0.0, null, false, 0, "topk")]
    [InlineData(65, 1.0, 0.0, null, false, 0, "topk")]
    [InlineData(4, 0.0, 0.0, null, false, 0, "topk")]
    [InlineData(4, 1.0, 1.0, null, false, 0, "top-k")]
    [InlineData(0, 1.0, 1.0, 5L, false, 0, "seed")]
    [InlineData(0, 1.0, 1.0, null, false, 2, "speculation")]
    [InlineData(0, 3.0, 1.0, null, false, 0, "temperature")]
    [InlineData(0, 0.0, 1.0, null, false, 0, "temperature")]
    [InlineData(0, 1.0, 0.001, null, false, 0, "rounding")]
    [InlineData(0, 1.0, 65.0, null, false, 0, "epsilon")]
    [InlineData(0, 1.0, -1.0, null, false, 0, "epsilon")]
    [InlineData(0, 1.0, double.NaN, null, false, 0, "epsilon")]
    public void Plans_that_break_a_promise_are_refused(int topK, double temperature, double epsilon, long? seed, bool logits, int speculate, string says)
    {
        var plan = Plans.Single(5, 4) with { TopK = topK, Temperature = temperature, Epsilon = epsilon, NoiseSeed = seed, LogitsToOwner = logits, Speculate = speculate };
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => plan.Validate(TinyModel.Llama().Layout, 2, 32)).Message, StringComparison.Ordinal);
    }

    /// <summary>Every output counts, those that the prompt's end hides too.</summary>
    [Fact]
    public void Epsilon_of_a_session() => Assert.Equal(0.5 * (4 + 3), (Plans.Single(5, 4, uncertain: 3) with { Epsilon = 0.5 }).SessionEpsilon);

    /// <summary>The promise itself: whatever two texts' logits are, no token is more than e^ε times as likely after one as after the other.</summary>
    [Fact]
    public void Clipped_logits_keep_the_promise()
    {
        var random = new Random(3);
        foreach (var (epsilon, temperature) in (ValueTuple<double, double>[])[(0.5, 1), (2, 0.7), (8, 2)])
        {
            var width = PrivateTokens.Width(epsilon, temperature, 37, 16);
            for (var trial = 0; trial < 200; trial++)
            {
                double[] x = Chances(random, width, temperature), y = Chances(random, width, temperature);
                for (var i = 0; i < x.Length; i++) Assert.True(x[i] <= y[i] * Math.Exp(epsilon));
            }
            // And the width is not smaller than it has to be: one token alone at the top against one alone at the bottom comes near.
            var high = Softmax([0, .. Enumerable.Repeat(-width, 999_999)], temperature);
            var low = Softmax([-width, .. Enumerable.Repeat(0.0, 999_999)], temperature);
            Assert.InRange(Math.Log(high[0] / low[0]), 0.8 * epsilon, epsilon);
        }
    }

    private static double[] Chances(Random random, double width, double temperature)
    {
        var logits = Enumerable.Range(0, 37).Select(_ => random.NextDouble() * 40 * random.Next(2)).ToArray();
        return Softmax(Array.ConvertAll(logits, l => Math.Max(l - logits.Max(), -width)), temperature);
    }

    private static double[] Softmax(double[] x, double temperature)
    {
        var weights = Array.ConvertAll(x, v => Math.Exp(v / temperature));
        var sum = weights.Sum();
        return Array.ConvertAll(weights, w => w / sum);
    }

    private static double Uniform(Prg noise, ulong position)
    {
        var u = new double[1];
        noise.Fill(position, u);
        return (u[0] + 0.5) / Field.P;
    }

    private static async Task<LocalGroup> RunAsync(SessionPlan plan, bool llama, int parties, bool active, int[]? prompt = null)
    {
        var group = new LocalGroup
        {
            Model = llama ? TinyModel.Llama() : TinyModel.Gpt2(),
            Plan = plan,
            Parties = parties,
            Active = active,
            Clients = new LocalClients { Prompts = [prompt ?? Prompt] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        return group;
    }
}
