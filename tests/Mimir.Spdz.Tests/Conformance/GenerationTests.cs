using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Whole generations of tiny models equal the float reference's greedy tokens.</summary>
public sealed class GenerationTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8];

    public static TheoryData<bool, int, bool> Cases => new()
    {
        { true, 2, true }, { true, 3, true }, { true, 2, false }, { true, 3, false },
        { false, 2, true }, { false, 3, true }, { false, 2, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_secure_run_returns_the_reference_tokens(bool llama, int parties, bool active)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = Plans.Single(Prompt.Length, 9),
            Clients = new LocalClients { Prompts = [Prompt] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(model.Greedy(Prompt, 9), group.Clients.Tokens["alice"]);
        Assert.All(group.Statistics, s => Assert.Equal(active, s.Checks > 0));
    }
}
