using Mimir.Numerics;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>The dealer deals one wrong number, in every kind of item of every kind of section.</summary>
public sealed class DealerTests
{
    /// <summary>Check tags and row MACs of a model: the check at load, or a product's tag in the first step, fails.</summary>
    [Fact]
    public async Task A_wrong_number_in_the_load_section()
    {
        var random = new Random(11);
        var model = TinyModel.Gpt2();
        foreach (var part in SectionMap.Load(model.Layout))
        {
            // Of a table only the rows that are used are ever looked at: position 0 first, then 1, ...; both rows of the final norm.
            var index = part.Start + random.NextInt64(part.Name.StartsWith("rows of pos", StringComparison.Ordinal) ? model.Layout.HiddenSize : part.Length);
            await Cheat.CaughtAsync<MacCheckFailedException>(Session(model, TapeKind.Load, index), 0);
        }
    }

    [Fact]
    public async Task A_wrong_MAC_of_any_client_mask()
    {
        for (var index = 0; index < 1 + 2 + 3; index++)
            await Cheat.CaughtAsync<MacCheckFailedException>(Session(TinyModel.Llama(), TapeKind.Clients, index), 0);
    }

    /// <summary>Matrix products, attention products, triples, their spares and MACs: the sacrifice fails, before anything is used.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_number_in_the_algebraic_section(bool llama)
    {
        var random = new Random(12);
        var model = llama ? TinyModel.Llama(1) : TinyModel.Gpt2(1);
        var parts = SectionMap.Algebraic(model.Layout, SectionMap.FirstBlock(model.Layout, Cheat.Plan));
        foreach (var part in parts.DistinctBy(p => p.Name).Concat(parts.OrderBy(_ => random.Next()).Take(20)))
            await Cheat.CaughtAsync<DealerCheatedException>(
                Session(model, TapeKind.Algebraic, part.Start + random.NextInt64(part.Length), random.NextInt64(1, Field.Prime)), 0);
    }

    /// <summary>Wrong with a right MAC: only the sacrifice can see that.</summary>
    [Fact]
    public async Task A_wrong_attention_product_or_triple_with_a_matching_MAC()
    {
        var random = new Random(13);
        var model = TinyModel.Llama(1);
        foreach (var part in SectionMap.Algebraic(model.Layout, SectionMap.FirstBlock(model.Layout, Cheat.Plan)).Where(p => p.Mac > 0).DistinctBy(p => p.Name))
            await Cheat.CaughtAsync<DealerCheatedException>(
                Session(model, TapeKind.Algebraic, part.Start + random.NextInt64(part.Length), 3, mac: part.Mac), 0);
    }

    /// <summary>
    /// A wrong number without a matching MAC, no audits: either the check fails before the release, or the number is one that this input
    /// never touched and the token is right.
    /// </summary>
    [Fact]
    public async Task A_wrong_number_in_a_step_section_never_yields_a_wrong_token()
    {
        var random = new Random(14);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(1, 1) with { AuditRate = 0 };
        var expected = model.Greedy([7], 1);
        var (caught, tags) = (0, 0);
        foreach (var part in await SectionMap.StepAsync(model.Layout, plan, 0))
        {
            var group = Session(model, TapeKind.Step, part.Start + random.NextInt64(part.Length), random.NextInt64(1, Field.Prime), plan: plan, prompt: [7]);
            try
            {
                await group.RunAsync(TestContext.Current.CancellationToken);
                Assert.Equal(expected, group.Clients.Tokens["alice"]);
                Assert.NotEqual("tag", part.Name);
            }
            catch (MacCheckFailedException)
            {
                Assert.Equal([0, 0], group.Clients.Released);
                caught++;
                if (part.Name == "tag") tags++;
            }
        }
        Assert.True(caught > 50 && tags >= 5, $"{caught} caught, {tags} tags");
    }

    /// <summary>Wrong with a right MAC, in every step: the first audited step shows it, and 24 steps escape audits with probability 2^−24.</summary>
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(4, 0.0)]
    [InlineData(0, 4.0)]
    public async Task Audits_find_wrong_tables_and_tuples_whatever_their_MACs(int topK, double epsilon)
    {
        var random = new Random(15);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(2, 23) with { AuditRate = 0.5, BlockSteps = 24, Temperature = 0.5, TopK = topK, Epsilon = epsilon };
        var maps = new SectionPart[plan.Steps][];
        for (var step = 0; step < plan.Steps; step++)
            maps[step] = [.. (await SectionMap.StepAsync(model.Layout, plan, step)).Where(p => p.Mac > 0)];
        for (var run = 0; run < 6; run++)
        {
            var lies = maps.Select(parts => parts[random.Next(parts.Length)]).Select(p => (Index: p.Start + random.NextInt64(p.Length), p.Mac)).ToArray();
            var caught = await Cheat.CaughtAsync<DealerCheatedException>(Session(model, TapeKind.Step, (step, party) => party == 0 ? (-1, 0) : lies[step], 1, plan, Cheat.Prompt), 0);
            Assert.Contains("audit", caught.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Rows 2 to 7 are one block of three groups. What only its last group uses is sacrificed with the first one: nothing of the block is used. Without and with a matching MAC.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_wrong_number_in_the_algebra_of_a_later_group(int parties)
    {
        var random = new Random(19);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(1, 8) with { AuditRate = 0, BlockSteps = 2 };
        var block = SectionMap.Block(model.Layout, plan, 1, parties);
        Assert.Equal((2, 3), (block.Steps[0].Row, Schedule.Groups(block, plan).Count()));
        foreach (var part in SectionMap.AlgebraicOf(model.Layout, block, block.Steps.Count - 1).DistinctBy(p => p.Name))
            foreach (var mac in (long[])[0, .. part.Mac > 0 ? [part.Mac] : Array.Empty<long>()])
            {
                var index = part.Start + random.NextInt64(part.Length);
                var caught = await Cheat.CaughtAsync<DealerCheatedException>(
                    Session(model, TapeKind.Algebraic, w => w.Block == 1 && w.Party == parties - 1 ? (index, mac) : (-1, 0), 3, plan, [7], parties), 0..2);
                Assert.Contains("the sacrifice of block 1 failed", caught.Message, StringComparison.Ordinal);
            }
    }

    /// <summary>A wrong number in the sections of a block's second group, no audits: the check of that row's run fails, after all outputs before.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_wrong_tag_in_the_step_section_of_a_later_group(int parties)
    {
        var random = new Random(20);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(1, 8) with { AuditRate = 0, BlockSteps = 2 };
        foreach (var row in (int[])[4, 5, 7])
        {
            var tags = (await SectionMap.StepAsync(model.Layout, plan, row, parties)).Where(p => p.Name == "tag").ToArray();
            var tag = tags[random.Next(tags.Length)].Start;
            await Cheat.CaughtAsync<MacCheckFailedException>(
                Session(model, TapeKind.Step, w => w.Step == row && w.Party == parties - 1 ? (tag, 0) : (-1, 0), 1, plan, [7], parties), row);
        }
    }

    /// <summary>Wrong with a right MAC, from the second group of the second block on: 24 steps escape audits with probability 2^−24.</summary>
    [Fact]
    public async Task Audits_find_wrong_tables_of_later_groups()
    {
        var random = new Random(21);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(1, 32) with { AuditRate = 0.5, BlockSteps = 4 };
        Assert.Equal((4, 16), (SectionMap.Block(model.Layout, plan, 1).Steps[0].Row, SectionMap.Block(model.Layout, plan, 1).Steps.Count));
        var lies = new (long Index, long Mac)[plan.Steps];
        for (var step = 0; step < plan.Steps; step++)
        {
            var parts = (await SectionMap.StepAsync(model.Layout, plan, step)).Where(p => p.Mac > 0).ToArray();
            var part = parts[random.Next(parts.Length)];
            lies[step] = step < 8 ? (-1, 0) : (part.Start + random.NextInt64(part.Length), part.Mac);
        }
        var caught = await Cheat.CaughtAsync<DealerCheatedException>(Session(model, TapeKind.Step, (step, party) => party == 0 ? (-1, 0) : lies[step], 1, plan, [7]), 0..31);
        Assert.Contains("audit", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audits_find_wrong_MACs()
    {
        var random = new Random(16);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(2, 23) with { AuditRate = 0.5, BlockSteps = 24 };
        var parts = new SectionPart[plan.Steps][];
        for (var step = 0; step < plan.Steps; step++)
            parts[step] = [.. (await SectionMap.StepAsync(model.Layout, plan, step))
                .Where(p => p.Name.EndsWith("MAC", StringComparison.Ordinal) && !p.Name.StartsWith("payload", StringComparison.Ordinal))];
        for (var run = 0; run < 4; run++)
        {
            var lies = parts.Select(p => p[random.Next(p.Length)]).Select(p => (p.Start + random.NextInt64(p.Length), 0L)).ToArray();
            await Cheat.CaughtAsync<MacCheckFailedException>(
                Session(model, TapeKind.Step, (step, party) => party == 0 ? (-1, 0) : lies[step], 1, plan, Cheat.Prompt), 0);
        }
    }

    /// <summary>
    /// One bit of a point function's key is flipped, for one party or for both, no audits: either the check fails before the release, or this input never came
    /// to that node and the token is right.
    /// </summary>
    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 3)]
    public async Task A_flipped_bit_in_a_key_never_yields_a_wrong_token(bool wide, int least)
    {
        var random = new Random(17);
        var model = wide ? TinyModel.Wide() : TinyModel.Llama(1);
        var plan = Plans.Single(1, 1) with { AuditRate = 0 };
        var words = SectionMap.FirstBlock(model.Layout, plan).Steps[0].Cost.Words;
        var expected = model.Greedy([7], 1);
        var caught = 0;
        for (var run = 0; run < 40; run++)
        {
            var group = Flipped(model, random.NextInt64(words), random.Next(128), run % 2 == 0, plan, [7]);
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
        Assert.True(caught > least, $"{caught} caught");
    }

    /// <summary>Wrong keys, told to one party or to both alike: flipped words, and payloads without and with a matching MAC.</summary>
    [Fact]
    public async Task Audits_find_wrong_keys()
    {
        var random = new Random(18);
        var model = TinyModel.Llama(1);
        var plan = Plans.Single(2, 23) with { AuditRate = 0.5, BlockSteps = 24 };
        var words = SectionMap.FirstBlock(model.Layout, plan).Steps[0].Cost.Words;
        for (var run = 0; run < 6; run++)
            await Cheat.CaughtAsync<DealerCheatedException>(Flipped(model, random.NextInt64(words), random.Next(128), run % 2 == 0, plan, Cheat.Prompt), 0);

        // Nine words of ten belong to comparisons that open bits.
        var wide = TinyModel.Wide();
        words = SectionMap.FirstBlock(wide.Layout, plan).Steps[^1].Cost.Words;
        for (var run = 0; run < 6; run++)
            await Cheat.CaughtAsync<DealerCheatedException>(Flipped(wide, random.NextInt64(words), random.Next(128), run % 2 == 0, plan, Cheat.Prompt), 0);

        var maps = new IReadOnlyList<SectionPart>[plan.Steps];
        for (var step = 0; step < plan.Steps; step++) maps[step] = await SectionMap.StepAsync(model.Layout, plan, step);
        var parts = maps.Select(m => m.Where(p => p.Name == "payload").ToArray()).ToArray();
        foreach (var both in (bool[])[false, true])
            foreach (var mac in (bool[])[false, true])
            {
                var lies = parts.Select(p => p[random.Next(p.Length)]).Select(p => (Index: p.Start + random.NextInt64(p.Length), Mac: mac ? p.Mac : 0)).ToArray();
                var firsts = lies.Select((l, step) => (l.Index - Skipped(step, l.Index), l.Mac)).ToArray();
                var group = Session(model, TapeKind.Step, (step, party) => party == 1 ? lies[step] : both ? firsts[step] : (-1, 0), 1, plan, Cheat.Prompt);
                if (both) await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
                else await Cheat.CaughtAsync<DealerCheatedException>(group, 0);
            }

        // The first party receives payloads only.
        long Skipped(int step, long index) => maps[step].TakeWhile(p => p.Start + p.Length <= index).Where(p => !p.Name.StartsWith("payload", StringComparison.Ordinal)).Sum(p => p.Length);
    }

    /// <summary>Bit <paramref name="bit"/> of word <paramref name="index"/> of every step's section is flipped.</summary>
    private static LocalGroup Flipped(TinyModel model, long index, int bit, bool both, SessionPlan plan, int[] prompt) => new()
    {
        Model = model,
        Plan = plan,
        Clients = new LocalClients { Prompts = [prompt] },
        WrapTape = (stream, party) => new TamperingStream(
            stream, party, true, w => [w.Kind == (byte)TapeKind.Step && (both || party == 1) ? w.Flip(index, bit).Bytes : w.Bytes]),
    };

    /// <summary>
    /// Correction <paramref name="index"/> of every section of one kind is off by <paramref name="delta"/>; with <paramref name="mac"/> above 0
    /// the one that far behind it by α·delta, which makes the lie consistent.
    /// </summary>
    internal static LocalGroup Session(
        Mimir.Models.Transformers.IWeightSource model, TapeKind kind, long index, double delta = 1, long mac = 0, SessionPlan? plan = null, int[]? prompt = null) =>
        Session(model, kind, (_, party) => party == 0 ? (-1, 0) : (index, mac), delta, plan ?? Cheat.Plan, prompt ?? Cheat.Prompt);

    internal static LocalGroup Session(
        Mimir.Models.Transformers.IWeightSource model, TapeKind kind, Func<int, int, (long Index, long Mac)> lie, double delta, SessionPlan plan, int[] prompt) =>
        Session(model, kind, w => lie(w.Step, w.Party), delta, plan, prompt);

    private static LocalGroup Session(
        Mimir.Models.Transformers.IWeightSource model, TapeKind kind, Func<TapeWrite, (long Index, long Mac)> lie, double delta, SessionPlan plan, int[] prompt, int parties = 2)
    {
        var alpha = 0.0;
        return new LocalGroup
        {
            Model = model,
            Parties = parties,
            Plan = plan,
            Clients = new LocalClients { Prompts = [prompt] },
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w =>
            {
                if (w.IsHeader && w.Kind == (byte)TapeKind.Load) alpha = Field.Add(alpha, FirstUniform(w.Bytes.AsSpan(16)));
                if (w.Kind != (byte)kind) return [w.Bytes];
                var (index, mac) = lie(w);
                var altered = w.Add(index, delta);
                return [mac == 0 ? altered.Bytes : altered.Add(index + mac, Field.Multiply(alpha, delta)).Bytes];
            }),
        };
    }

    /// <summary>α_i: the first uniform number of a party's load section.</summary>
    private static double FirstUniform(ReadOnlySpan<byte> key)
    {
        using var prg = new Prg(key, TapeKeys.UniformStream);
        var value = new double[1];
        prg.Fill(0, value);
        return value[0];
    }
}
