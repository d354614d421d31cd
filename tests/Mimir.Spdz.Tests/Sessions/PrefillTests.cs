using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>Prompts in chunks: the same tokens whatever the chunk, for the rounds of one position.</summary>
public sealed class PrefillTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8, 21, 5, 9, 12, 36, 2, 2];

    [Theory]
    [InlineData(true, 2, true, 3, 0)]
    [InlineData(true, 2, true, 64, 0)]
    [InlineData(true, 3, true, 4, 3)]
    [InlineData(true, 2, false, 5, 2)]
    [InlineData(false, 2, true, 4, 5)]
    [InlineData(false, 3, false, 11, 0)]
    public async Task The_chunk_changes_no_token(bool llama, int parties, bool active, int chunk, int uncertain)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = Plans.Single(Prompt.Length, 6, uncertain) with { PrefillChunk = chunk },
            Clients = new LocalClients { Prompts = [Prompt] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(model.Greedy(Prompt, 6), group.Clients.Tokens["alice"].Take(6));
        Assert.All(group.Statistics, s => Assert.Equal(Prompt.Length - uncertain, s.PrefillPositions));
        Assert.All(group.Statistics, s => Assert.Equal((group.Plan.Steps, group.Plan.Outputs), (s.Steps, s.Tokens)));
    }

    /// <summary>A chunk takes the rounds of its longest position, one check and one question; its bytes are the sum of all.</summary>
    [Theory]
    [InlineData(2, true, 4)]
    [InlineData(3, true, 11)]
    [InlineData(2, false, 3)]
    public async Task A_chunk_costs_the_rounds_of_one_position(int parties, bool active, int chunk)
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(Prompt.Length, 2) with { PrefillChunk = chunk, AuditRate = 0 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        Assert.Equal(chunk, Schedule.Chunk(model.Layout, plan, numbers, active));
        var group = new LocalGroup { Model = model, Parties = parties, Active = active, Plan = plan, Clients = new LocalClients { Prompts = [Prompt] } };
        await group.RunAsync(TestContext.Current.CancellationToken);

        var rounds = active ? 2L + 4 : 0;
        foreach (var block in Schedule.Blocks(model.Layout, plan, numbers, active))
            foreach (var (first, count) in Schedule.Groups(block, plan).SelectMany(g => Schedule.Runs(block, g, plan, chunk)))
            {
                var check = active ? 3 : 0;
                rounds += 1 + check + Enumerable.Range(first, count).Max(i =>
                    CostArithmetic.Of(model.Layout, plan, numbers, active, block.Steps[i].Row).Rounds - (block.Steps[i].Logits ? check : 0));
            }
        Assert.Equal(rounds, group.Statistics[0].OnlineRounds);
    }

    [Fact]
    public void Blocks_and_runs_cover_every_position_once_and_no_uncertain_one_in_company()
    {
        var model = TinyModel.Gpt2();
        foreach (var (prompt, uncertain, tokens, steps, chunk) in (ValueTuple<int, int, int, int, int>[])[(1, 0, 1, 4, 16), (20, 4, 9, 4, 16), (17, 0, 5, 3, 5), (9, 8, 3, 1, 2), (8, 0, 8, 24, 3)])
        {
            var plan = Plans.Single(prompt, tokens, uncertain) with { BlockSteps = steps, PrefillChunk = chunk };
            var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, 2);
            var lanes = Schedule.Chunk(model.Layout, plan, numbers, true);
            Assert.InRange(lanes, 1, Math.Min(chunk, plan.FirstLogits + 1));
            var largest = Schedule.Largest(model.Layout, plan, numbers, true, true);
            var next = 0;
            foreach (var (number, block) in Schedule.Blocks(model.Layout, plan, numbers, true).Index())
            {
                Assert.Equal(number, block.Number);
                Assert.InRange(block.AlgebraicCorrections(model.Layout, true), 1, largest.Algebraic.Elements);
                Assert.All(Schedule.Groups(block, plan), g => Assert.InRange(g.Count, 1, largest.Sections - lanes));
                Assert.All(block.Steps, s => Assert.InRange(s.Cost.Section(true, true).Elements, 1, (s.Logits ? largest.Sampling : largest.Prompt).Elements));
                Assert.All(block.Steps, s => Assert.InRange(s.Cost.Section(true, true).Words, 1, (s.Logits ? largest.Sampling : largest.Prompt).Words));
                foreach (var (first, count) in Schedule.Groups(block, plan).SelectMany(g => Schedule.Runs(block, g, plan, lanes)))
                {
                    Assert.Equal(next, block.Steps[first].Row);
                    Assert.InRange(count, 1, lanes);
                    next += count;
                    if (count > 1) Assert.InRange(next - 1, 0, plan.FirstLogits);
                }
            }
            Assert.Equal(plan.Steps, next);
        }
    }

    /// <summary>A bit flipped anywhere in a chunk's messages, of whichever position: caught by the one check, or before it; nothing is released.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Openings_of_every_position_of_a_chunk_are_protected(int parties)
    {
        var random = new Random(7);
        LocalGroup Session(Func<Channels.IMesh, string, Channels.IMesh> wrap) => new()
        {
            Model = TinyModel.Llama(1),
            Parties = parties,
            Plan = Plans.Single(4, 1) with { AuditRate = 0 },
            Clients = new LocalClients { Prompts = [Prompt[..4]] },
            WrapMesh = wrap,
        };
        var log = await RoundLog.RecordAsync(Session((mesh, _) => mesh));
        var openings = log.Rounds("online").Where(r => r.Kind == RoundKind.Opening).Skip(1).ToArray();
        for (var i = 0; i < 25; i++)
        {
            var (round, _, bytes) = openings[random.Next(openings.Length)];
            var place = random.Next(bytes);
            await Malicious.Cheat.CaughtAsync<ProtocolViolation>(
                Session((mesh, phase) => phase != "online" || mesh.Index != 1 ? mesh : new TamperingMesh(mesh, phase,
                    m => m.To < 0 && m.Round == round ? Malicious.Cheat.Flip(m.Bytes, place) : m.Bytes)), 0, cheater: 1);
        }
    }

    /// <summary>Sections of the size of GPT-2-small's are bounded by memory; the chunk is the same whoever computes it.</summary>
    [Fact]
    public void The_chunk_is_bounded_by_memory()
    {
        var layout = Models.Folding.ModelFolding.LayoutOf(Models.Shapes.ModelShapes.Find("gpt2-small"));
        var plan = Plans.Single(128, 8) with { PrefillChunk = 64 };
        var numbers = new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 3);
        var section = CostArithmetic.Of(layout, plan, numbers, true, 126).Section(true, true).Bytes;
        Assert.InRange(Schedule.Chunk(layout, plan, numbers, true) * section, 1, Math.Max(256L << 20, section));
    }
}
