using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;
using Mimir.Spdz.Diagnostics;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Malicious;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Secret low-rank adapters over a public base: the secure run is the reference of the combined model.</summary>
public sealed class AdapterTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8];

    [Theory]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    public async Task The_secure_run_returns_the_tokens_of_the_combined_reference(bool llama, int parties)
    {
        var model = Model(llama);
        var group = new LocalGroup { Model = model, Parties = parties, Plan = Plans.Single(Prompt.Length, 9), Clients = new LocalClients { Prompts = [Prompt] } };
        await group.RunAsync(TestContext.Current.CancellationToken);
        var expected = ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt, 9, ReferenceModel.Greedy).Tokens;
        Assert.Equal(expected, group.Clients.Tokens["alice"]);
        var plain = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        Assert.NotEqual(plain.Greedy(Prompt, 9), expected);
    }

    /// <summary>A PEFT adapter of the third-party model, made here; into secret weights it is merged.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Logits_with_an_adapter_are_those_of_the_combined_reference(bool isPublic)
    {
        using var model = SharedModel.Open();
        var (_, prompt, greedy) = SharedModel.Expected()[0];
        var lora = Directory.CreateTempSubdirectory("mimir-test-");
        try
        {
            var c = model.Config;
            var modules = RandomAdapter.Llama(c.Layers, c.HiddenSize, c.Heads * c.HeadSize, c.KeyValueHeads * c.HeadSize, c.IntermediateSize);
            new RandomAdapter(modules, ["q_proj", "v_proj", "o_proj", "gate_proj", "down_proj"], 4, 8, false, 5, 0.15).Save(lora.FullName);
            var weights = new WeightTerms(isPublic, lora.FullName).Open(model);
            var reference = new ReferenceModel(new ReferenceWeights(new RoundedWeights(weights, 16)));
            double[] wanted = [];
            foreach (var token in prompt) wanted = reference.Step(token)!;
            var (worst, tokens, first) = (0.0, new List<int>(), ReferenceModel.Greedy(wanted));
            var plan = Plans.Single(prompt.Length, 12) with { AuditRate = 0, BlockSteps = 8 };
            await new SecureLogits(weights, plan, 2, active: true).RunAsync(prompt, (token, logits) =>
            {
                for (var i = 0; i < logits.Length; i++) worst = Math.Max(worst, Math.Abs(logits[i] - wanted[i]));
                tokens.Add(token);
                wanted = reference.Step(token)!;
            }, TestContext.Current.CancellationToken);
            Assert.InRange(worst, 1e-5, 2e-2);
            Assert.Equal(first, tokens[0]);
            Assert.NotEqual(greedy[..12], tokens);
        }
        finally
        {
            lora.Delete(recursive: true);
        }
    }

    /// <summary>Only the adapter pays the price of secret weights: its masks, tags and products, and two more products in sequence.</summary>
    [Fact]
    public void An_adapter_costs_two_secret_products()
    {
        var adapted = Model(true).Layout;
        var plain = TinyModel.Llama().Layout.WithPublicWeights();
        var plan = Plans.Single(8, 1);
        var numbers = new Numbers(plain, plan.FractionBits, plan.ChebyshevDegree, 2);
        var (with, without) = (CostArithmetic.Of(adapted, plan, numbers, true, 7), CostArithmetic.Of(plain, plan, numbers, true, 7));
        Assert.Equal(4 * adapted.Adapters.Count, with.Rounds - without.Rounds);
        Assert.Equal(adapted.Adapters.Sum(a => a.Down.Width + a.Down.Rows + a.Up.Width + a.Up.Rows), with.Opened - without.Opened);
        Assert.Equal(adapted.Adapters.SelectMany(a => new[] { a.Down, a.Up }), MatrixSlot.All(adapted).Select(s => s.Matrix));
    }

    [Fact]
    public async Task Every_online_opening_with_an_adapter_is_protected()
    {
        var random = new Random(31);
        var log = await RoundLog.RecordAsync(OneStep((mesh, _) => mesh));
        foreach (var (round, kind, bytes) in log.Rounds("online"))
        {
            if (kind != RoundKind.Opening) continue;
            var (cheater, index, delta) = (random.Next(2), random.Next(Cheat.Elements(bytes)), (double)random.NextInt64(1, Numerics.Field.Prime));
            var group = OneStep((mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, delta) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
        }

        static LocalGroup OneStep(Func<Channels.IMesh, string, Channels.IMesh> wrap) => new()
        {
            Model = new PublicWeights(new TinyAdapter(TinyModel.Gpt2(1))),
            Plan = Plans.Single(1, 1) with { AuditRate = 0 },
            Clients = new LocalClients { Prompts = [[7]] },
            WrapMesh = wrap,
        };
    }

    private static PublicWeights Model(bool llama) => new(new TinyAdapter(llama ? TinyModel.Llama() : TinyModel.Gpt2()));
}
