using Mimir.Numerics;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>A whole session costs what <see cref="CostArithmetic"/> counts, step by step.</summary>
public sealed class StepCostTests
{
    public static TheoryData<bool, int, bool> Groups => new()
    {
        { true, 2, true }, { true, 3, true }, { true, 2, false }, { false, 2, true }, { false, 3, false },
    };

    /// <summary>
    /// Online rounds of a session: two for the first coin and four per client (its masks' proof and check); then per step what is counted,
    /// and in an active session three more for the check of a step without output; one question whether to stop before every step.
    /// </summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public Task Rounds_openings_and_corrections_of_a_session(bool llama, int parties, bool active) =>
        RoundsAsync(llama ? TinyModel.Llama() : TinyModel.Gpt2(), parties, active);

    internal static async Task RoundsAsync(IWeightSource model, int parties, bool active)
    {
        int[] prompt = [3, 17, 5];
        var plan = Plans.Single(3, 3, uncertain: 1) with { AuditRate = 0, BlockSteps = 2, PrefillChunk = 1 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        var exchanged = (Rounds: 0L, Bytes: 0L);
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients { Prompts = [prompt] },
            WrapMesh = (mesh, phase) => phase != "online" || mesh.Index != 0 ? mesh : new TamperingMesh(mesh, phase, m =>
            {
                if (m.To < 0) exchanged = (exchanged.Rounds + 1, exchanged.Bytes + m.Bytes.Length);
                return m.Bytes;
            }),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);

        var (rounds, bytes) = active ? (2L + 4, 128L + FieldPacking.Bytes(1) + 64 + 72) : (0, 0);
        for (var step = 0; step < plan.Steps; step++)
        {
            var cost = CostArithmetic.Of(model.Layout, plan, numbers, active, step);
            rounds += cost.Rounds + 1 + (active && !plan.HasLogits(step) ? 3 : 0);
            bytes += cost.OpenedBytes + 1 + (active ? 64 + 64 + 72 : 0);
        }
        // The proof's check comes with a coin of its own.
        if (active) bytes += 64;
        Assert.Equal((rounds, bytes), exchanged);
        Assert.All(group.Statistics, s => Assert.Equal(plan.Steps, s.Steps));
        Assert.All(group.Statistics, s => Assert.Equal(plan.Outputs, s.Tokens));
        Assert.Equal(rounds, group.Statistics[0].OnlineRounds);
        Assert.Equal(bytes * (parties - 1), group.Statistics[0].OnlineBytes);
    }

    /// <summary>Every tape section has exactly the declared length.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public Task Tape_sections_have_the_declared_lengths(bool llama, int parties, bool active) =>
        SectionsAsync(llama ? TinyModel.Llama() : TinyModel.Gpt2(), parties, active);

    internal static async Task SectionsAsync(IWeightSource model, int parties, bool active)
    {
        var plan = Plans.Single(3, 3) with { AuditRate = 0, BlockSteps = 2, Temperature = 0.7 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        var lengths = new Dictionary<(byte Kind, int Block, int Step, int Party), SectionSize>();
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients { Prompts = [[3, 17, 5]] },
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w =>
            {
                var key = (w.Kind, w.Block, w.Step, w.Party);
                lock (lengths)
                {
                    var before = lengths.GetValueOrDefault(key);
                    lengths[key] = new SectionSize(before.Elements + w.Elements, before.Words + w.Words);
                }
                Assert.True(!w.IsContent || w.Party == parties - 1 || (parties == 2 && w.Kind == (byte)TapeKind.Step));
                return [w.Bytes];
            }),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(DealerModel.LoadElements(model.Layout, active), lengths[((byte)TapeKind.Load, 0, 0, parties - 1)].Elements);
        var dealt = lengths[((byte)TapeKind.Clients, 0, 0, parties - 1)].Bytes;
        foreach (var block in Schedule.Blocks(model.Layout, plan, numbers, active))
        {
            Assert.Equal(block.AlgebraicCorrections(model.Layout, active), lengths[((byte)TapeKind.Algebraic, block.Number, 0, parties - 1)].Elements);
            if (active)
            {
                var last = SectionMap.Algebraic(model.Layout, block)[^1];
                Assert.Equal(block.AlgebraicCorrections(model.Layout, active), last.Start + last.Length);
            }
            foreach (var step in block.Steps)
            {
                for (var party = 0; party < parties; party++)
                    Assert.Equal(step.Cost.Section(party == parties - 1, active), lengths[((byte)TapeKind.Step, block.Number, step.Row, party)]);
                dealt += step.Cost.SectionBytes(active);
            }
        }
        Assert.Equal(active ? 1 + 3 + 3 : 0, lengths[((byte)TapeKind.Clients, 0, 0, parties - 1)].Elements);
        Assert.Equal(dealt, group.BytesDealt);
    }

    /// <summary>Of a position without logits the last layer costs a norm, a product, and the opening of key and value; every other layer all it has.</summary>
    [Fact]
    public void A_position_without_logits_ends_with_its_last_keys_and_values()
    {
        var (none, one, two) = (Of(0), Of(1), Of(2));
        Assert.Equal(4 + 2 + 1, one.Rounds - none.Rounds);
        Assert.Equal(24, two.Rounds - one.Rounds);
        var (hidden, inner) = (16, 24);
        Assert.Equal(Normalize.Cost(hidden, new Numbers(TinyModel.Gpt2(1).Layout, 16, 2, 2)).Opened + (hidden + 1) + 3 * hidden + 2 * hidden, one.Opened - none.Opened);
        Assert.True(two.Opened - one.Opened > (one.Opened - none.Opened) + 2 * inner);

        static Costs.Cost Of(int layers)
        {
            var layout = TinyModel.Gpt2(Math.Max(layers, 1)).Layout;
            if (layers == 0) layout = layout with { Layers = 0 };
            return CostArithmetic.Of(layout, Plans.Single(3, 1), new Numbers(layout, 16, 2, 2), true, 0);
        }
    }

    /// <summary>
    /// One more layer of the shape gpt2-small at context 64: the rounds and bytes of docs/protocol.md, section 5.
    /// </summary>
    [Fact]
    public void A_layer_of_gpt2_small_stays_within_its_budget()
    {
        var config = ModelShapes.Find("gpt2-small");
        var (two, three) = (Of(2), Of(3));
        Assert.InRange(three.Rounds - two.Rounds, 1, 24);
        Assert.InRange(three.OpenedBytes - two.OpenedBytes, 1, 140_000);

        Costs.Cost Of(int layers)
        {
            var layout = ModelFolding.LayoutOf(config with { Layers = layers });
            var plan = Plans.Single(64, 1);
            return CostArithmetic.Of(layout, plan, new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 2), true, 63);
        }
    }
}
