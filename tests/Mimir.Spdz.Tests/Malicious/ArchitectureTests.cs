using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>What only some architectures have (norms of heads and behind blocks, caps, windows) under the attacks of <see cref="OpeningTests"/> and <see cref="DealerTests"/>.</summary>
public sealed class ArchitectureTests
{
    private const int Sampled = 40;
    private static readonly int[] Prompt = [7];

    /// <summary>Gemma 2 samples, so that its logits are capped.</summary>
    private static SessionPlan Plan(string name) =>
        Plans.Single(1, 1) with { AuditRate = 0, Temperature = name == "gemma2" ? 1 : 0, NoiseSeed = name == "gemma2" ? 5 : null };

    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    public async Task Every_online_opening_of_a_step_is_protected(string name)
    {
        var random = new Random(21);
        using var model = GoldenModel.Open(name, 1);
        var log = await RoundLog.RecordAsync(Session((mesh, _) => mesh));
        foreach (var (round, kind, bytes) in log.Rounds("online"))
        {
            if (kind != RoundKind.Opening) continue;
            var (cheater, index, delta) = (random.Next(2), random.Next(Cheat.Elements(bytes)), (double)random.NextInt64(1, Field.Prime));
            var group = Session((mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, delta) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
        }

        LocalGroup Session(Func<Channels.IMesh, string, Channels.IMesh> wrap) => new()
        {
            Model = model.Weighted, Plan = Plan(name), Clients = new LocalClients { Prompts = [Prompt] }, WrapMesh = wrap,
        };
    }

    /// <summary>One wrong number in some of the items that are dealt for a step: caught, or never touched.</summary>
    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    public async Task A_wrong_number_in_a_step_section_never_yields_a_wrong_token(string name)
    {
        var random = new Random(22);
        using var model = GoldenModel.Open(name, 1);
        var plan = Plan(name);
        var honest = new LocalGroup { Model = model.Weighted, Plan = plan, Clients = new LocalClients { Prompts = [Prompt] } };
        await honest.RunAsync(TestContext.Current.CancellationToken);
        var (expected, caught, parts) = (honest.Clients.Tokens["alice"], 0, await SectionMap.StepAsync(model.Weighted.Layout, plan, 0));
        foreach (var part in parts.OrderBy(_ => random.Next()).Take(Sampled))
        {
            var group = DealerTests.Session(model.Weighted, TapeKind.Step, part.Start + random.NextInt64(part.Length), random.NextInt64(1, Field.Prime), plan: plan, prompt: Prompt);
            try
            {
                await group.RunAsync(TestContext.Current.CancellationToken);
                Assert.Equal(expected, group.Clients.Tokens["alice"]);
            }
            catch (MacCheckFailedException)
            {
                Assert.Equal([0, 0], group.Clients.Released);
                caught++;
            }
        }
        Assert.True(caught > Sampled / 3, $"{caught} of {Sampled} caught");
    }

    /// <summary>Gains are rows with MACs; a wrong MAC of one that is used fails the check of the first step.</summary>
    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    public async Task A_wrong_number_in_the_load_section(string name)
    {
        var random = new Random(23);
        using var model = GoldenModel.Open(name, 1);
        var gains = SectionMap.Load(model.Weighted.Layout).Where(p => p.Name.Contains("gains", StringComparison.Ordinal)).ToArray();
        Assert.Equal(name == "qwen3" ? 1 : 2, gains.Length);
        foreach (var part in gains)
            await Cheat.CaughtAsync<MacCheckFailedException>(
                DealerTests.Session(model.Weighted, TapeKind.Load, part.Start + random.NextInt64(part.Length), plan: Plan(name), prompt: Prompt), 0);
    }

    /// <summary>Attention over the rows of a window only: its dealt products are sacrificed as all are.</summary>
    [Fact]
    public async Task A_wrong_attention_product_behind_the_first_row()
    {
        var random = new Random(24);
        using var model = GoldenModel.Open("mistral", 1);
        var prompt = model.Tokens[..8];
        var plan = Plans.Single(8, 1) with { AuditRate = 0, BlockSteps = 8 };
        var parts = SectionMap.Algebraic(model.Weighted.Layout, SectionMap.FirstBlock(model.Weighted.Layout, plan)).Where(p => p.Mac > 0).ToArray();
        foreach (var part in parts.Where(p => p.Name is "scores" or "mix").TakeLast(2))
            await Cheat.CaughtAsync<DealerCheatedException>(
                DealerTests.Session(model.Weighted, TapeKind.Algebraic, part.Start + random.NextInt64(part.Length), 3, mac: part.Mac, plan: plan, prompt: prompt), 0);
    }
}
