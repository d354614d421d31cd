using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Spdz.Diagnostics;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Public weights: the secure run is the float reference over the same rounded weights.</summary>
public sealed class PublicWeightsTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8];

    public static TheoryData<bool, int, bool> Cases => new()
    {
        { true, 2, true }, { true, 3, true }, { true, 2, false }, { false, 2, true }, { false, 3, true }, { false, 3, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_secure_run_returns_the_tokens_of_the_rounded_reference(bool llama, int parties, bool active)
    {
        var model = new PublicWeights(llama ? TinyModel.Llama() : TinyModel.Gpt2());
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = Plans.Single(Prompt.Length, 9),
            Clients = new LocalClients { Prompts = [Prompt] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt, 9, ReferenceModel.Greedy).Tokens, group.Clients.Tokens["alice"]);
        Assert.All(group.Statistics, s => Assert.Equal(active, s.Checks > 0));
    }

    /// <summary>docs/accuracy.md: rounding to 16 bits adds nothing to the error of the fixed-point arithmetic that shows.</summary>
    [Fact]
    public async Task Logits_of_a_real_model_are_as_close_as_with_secret_weights_and_the_greedy_tokens_are_the_same()
    {
        using var model = SharedModel.Open();
        var (_, prompt, greedy) = SharedModel.Expected()[0];
        var plan = Plans.Single(prompt.Length, 24) with { AuditRate = 0, BlockSteps = 8 };
        var shown = new PublicWeights(model.Weights);
        var (exact, rounded) = (Reference(model.Weights), Reference(new RoundedWeights(shown, 16)));
        double[] wanted = [], wantedRounded = [];
        foreach (var token in prompt) (wanted, wantedRounded) = (exact.Step(token)!, rounded.Step(token)!);
        var (toExact, toRounded, tokens) = (0.0, 0.0, new List<int>());
        await new SecureLogits(shown, plan, 2, active: true).RunAsync(prompt, (token, logits) =>
        {
            for (var i = 0; i < logits.Length; i++)
            {
                toExact = Math.Max(toExact, Math.Abs(logits[i] - wanted[i]));
                toRounded = Math.Max(toRounded, Math.Abs(logits[i] - wantedRounded[i]));
            }
            tokens.Add(token);
            (wanted, wantedRounded) = (exact.Step(token)!, rounded.Step(token)!);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(greedy[..24], tokens);
        Assert.InRange(toRounded, 1e-5, 1e-2);
        Assert.InRange(toExact, 1e-5, 2e-2);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest logit error {toRounded} against the rounded, {toExact} against the exact weights");

        static ReferenceModel Reference(IWeightSource weights) => new(new ReferenceWeights(weights));
    }
}
