using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>What public weights save is exactly what is declared.</summary>
public sealed class PublicCostTests
{
    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(false, 2, true)]
    [InlineData(false, 3, false)]
    public async Task A_session_costs_what_is_counted(bool llama, int parties, bool active)
    {
        var model = new PublicWeights(llama ? TinyModel.Llama() : TinyModel.Gpt2());
        var plan = Plans.Single(3, 3) with { AuditRate = 0, BlockSteps = 2, PrefillChunk = 1 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        long opened = 0, rounds = 0, load = 0;
        var lengths = new Dictionary<(byte Kind, int Block, int Step, int Party), SectionSize>();
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients { Prompts = [[3, 17, 5]] },
            WrapOwner = (stream, party) => new TamperingStream(stream, party, false, w =>
            {
                if (party == 0) load += w.Bytes.Length;
                return [w.Bytes];
            }),
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w =>
            {
                var key = (w.Kind, w.Block, w.Step, w.Party);
                lock (lengths)
                {
                    var before = lengths.GetValueOrDefault(key);
                    lengths[key] = new SectionSize(before.Elements + w.Elements, before.Words + w.Words);
                }
                return [w.Bytes];
            }),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);

        for (var step = 0; step < plan.Steps; step++)
        {
            var cost = CostArithmetic.Of(model.Layout, plan, numbers, active, step);
            rounds += cost.Rounds + 1 + (active && !plan.HasLogits(step) ? 3 : 0);
            opened += cost.OpenedBytes;
        }
        Assert.Equal(rounds + (active ? 2 + 4 : 0), group.Statistics[0].OnlineRounds);
        Assert.Equal(model.Layout.Matrices.Sum(PublicMatrix.WireBytes), load);
        Assert.Equal(0, lengths[((byte)TapeKind.Load, 0, 0, parties - 1)].Bytes);
        foreach (var block in Schedule.Blocks(model.Layout, plan, numbers, active))
        {
            Assert.Equal(block.AlgebraicCorrections(model.Layout, active), lengths[((byte)TapeKind.Algebraic, block.Number, 0, parties - 1)].Elements);
            foreach (var step in block.Steps)
                for (var party = 0; party < parties; party++)
                    Assert.Equal(step.Cost.Section(party == parties - 1, active), lengths[((byte)TapeKind.Step, block.Number, step.Row, party)]);
        }
        var sent = (group.Statistics[0].OnlineBytes / (parties - 1)) - opened;
        Assert.Equal(plan.Steps + (active ? 128L + 64 + FieldPacking.Bytes(1) + 64 + 72 + plan.Steps * (64 + 64 + 72) : 0), sent);
    }

    /// <summary>Per product one round and the opening of d less; per look-up two rounds, d and c; nothing left of the algebra of products.</summary>
    [Theory]
    [InlineData("gpt2-small")]
    [InlineData("stories260k")]
    public void Savings_are_the_masked_inputs_and_their_rounds(string shape)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find(shape));
        var plan = Plans.Single(64, 1);
        var numbers = new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 2);
        var (secret, shown) = (Of(layout), Of(layout.WithPublicWeights()));
        var products = layout.Blocks.SelectMany(b => new[] { b.QueryKeyValue, b.Output, b.Up, b.Down }).Append(layout.Head).ToArray();
        Assert.Equal(products.Length + 2, secret.Rounds - shown.Rounds);
        Assert.Equal(products.Sum(m => (long)m.Width) + layout.Embedding.Rows + layout.HiddenSize, secret.Opened - shown.Opened);
        Assert.Empty(MatrixSlot.All(layout.WithPublicWeights()));
        Assert.Equal(0, DealerModel.LoadElements(layout.WithPublicWeights(), true));
        Assert.Equal(Truncate.Cost(layout.Head.Rows) with { Authenticated = 0 }, PublicProduct.Cost(layout.Head));

        Costs.Cost Of(ModelLayout l) => CostArithmetic.Of(l, plan, numbers, true, 63);
    }
}
