using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>
/// One gadget alone: deals what it needs along its dealing half, shares the inputs, runs N parties over in-memory channels, opens the
/// result, and checks. What was used is left in the properties, for cost tests.
/// </summary>
internal sealed class GadgetHarness(int parties = 2, bool active = true)
{
    /// <summary>The dealing half, if the gadget has one.</summary>
    public Action<DealingTape> Deal { get; init; } = _ => { };

    /// <summary>Triples dealt; all of them must be used.</summary>
    public int Triples { get; init; }

    /// <summary>Chooses the dealt randomness.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Wraps a party's mesh.</summary>
    public Func<IMesh, IMesh> WrapMesh { get; init; } = mesh => mesh;

    /// <summary>Alters the section before the last party reads it: what was dealt by the dealing half, elements and words.</summary>
    public Action<double[], double[]> AlterSection { get; init; } = (_, _) => { };

    public long Rounds { get; private set; }

    public long ElementsOpened { get; private set; }

    /// <summary>Sent to each peer.</summary>
    public long BytesOpened { get; private set; }

    /// <summary>What the dealing half dealt to the last party and to the first.</summary>
    public (SectionSize Last, SectionSize First) Dealt { get; private set; }

    public int TriplesLeft { get; private set; }

    /// <summary>Runs <paramref name="gadget"/> on shared field elements; returns the opened result as field elements.</summary>
    public async Task<double[]> RunAsync(double[][] inputs, Func<PartyStep, Share[], ValueTask<Share>> gadget)
    {
        using var random = new Prg(new byte[32], Seed);
        var keys = Enumerable.Range(0, parties).Select(i => RandomKey(random, i)).ToArray();
        using var tape = new TapeWriter(keys, active, 0);
        var alpha = new double[1];
        tape.UniformRaw(alpha);
        using var writer = new TapeWriter(keys, active, alpha[0]);
        writer.UniformRaw(alpha);
        foreach (var input in inputs) writer.Authenticated(input);
        DealTriples(writer);
        var (last, first) = (writer.Dealt(parties - 1), writer.Dealt(0));
        Deal(writer);
        Dealt = (Minus(writer.Dealt(parties - 1), last), Minus(writer.Dealt(0), first));
        var sections = Enumerable.Range(0, parties).Select(i => writer.Section(i, keys[i])).Select(s => s with { Corrections = s.Corrections.ToArray(), Words = s.Words.ToArray() }).ToArray();
        var elements = sections[^1].Corrections[(int)last.Elements..].ToArray();
        var words = sections[^1].Words.ToArray();
        AlterSection(elements, words);
        sections[^1] = sections[^1] with { Corrections = (double[])[.. sections[^1].Corrections[..(int)last.Elements].ToArray(), .. elements], Words = words };

        var meshes = MemoryMesh.Create(parties).Select(WrapMesh).ToArray();
        using var stop = new CancellationTokenSource();
        var runs = Enumerable.Range(0, parties).Select(i => Task.Run(async () =>
        {
            try { return await PartyAsync(i, sections[i], meshes[i], inputs, gadget, stop.Token); }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        })).ToArray();
        try { await Task.WhenAll(runs); }
        catch (OperationCanceledException)
        {
            throw runs.Where(r => r.IsFaulted).Select(r => r.Exception!.InnerException!).OrderBy(e => e is ProtocolViolation ? 0 : 1).First();
        }
        return runs[0].Result;
    }

    private async Task<double[]> PartyAsync(
        int index, TapeSection section, IMesh mesh, double[][] inputs, Func<PartyStep, Share[], ValueTask<Share>> gadget,
        CancellationToken cancellation)
    {
        var workspace = new Workspace();
        double alpha;
        using (var first = new TapeReader(new Party(index, parties, active, 0, workspace), workspace, section))
            alpha = first.UniformRaw(1).Span[0];
        var party = new Party(index, parties, active, alpha, workspace);
        using var reader = new TapeReader(party, workspace, section);
        reader.UniformRaw(1);
        var shares = inputs.Select(x => reader.Authenticated(x.Length)).ToArray();
        Share a = reader.Uniform(Triples), b = reader.Uniform(Triples), c = reader.Authenticated(Triples);
        var pool = new TriplePool(a, b, c);
        var entropy = new byte[48];
        entropy[0] = (byte)index;
        using var opener = new Opener(party, mesh, new HmacDrbg(entropy.AsSpan(0, 32), entropy.AsSpan(32)));
        var result = await gadget(new PartyStep(party, opener, reader, pool, new NoProducts(), cancellation), shares);
        if (!reader.AtEnd) throw new InvalidOperationException("the dealing half dealt more than the running half read");
        if (index == 0) (Rounds, ElementsOpened, BytesOpened, TriplesLeft) = (opener.Rounds, opener.ElementsOpened, opener.BytesSent / (parties - 1), pool.Remaining);
        var opened = await opener.OpenAsync(result, cancellation);
        var verified = await opener.CheckAsync(opened.Values.ToArray(), cancellation);
        return verified.Value;
    }

    private void DealTriples(TapeWriter writer)
    {
        double[] a = new double[Triples], b = new double[Triples], c = new double[Triples];
        writer.Uniform(a);
        writer.Uniform(b);
        FieldVector.Multiply(a, b, c);
        writer.Authenticated(c);
    }

    private static SectionSize Minus(SectionSize x, SectionSize y) => new(x.Elements - y.Elements, x.Words - y.Words);

    private static byte[] RandomKey(Prg random, int index)
    {
        var key = new byte[TapeKeys.Bytes];
        random.FillBytes((ulong)(index * TapeKeys.Bytes), key);
        return key;
    }
}

/// <summary>For gadgets that need no matrix.</summary>
internal sealed class NoProducts : Mimir.Spdz.Masking.IShareProducts
{
    public ValueTask MultiplyAsync(Mimir.Spdz.Masking.MatrixSlot slot, ReadOnlyMemory<double> d, Memory<double> z) =>
        throw new InvalidOperationException("this gadget was not expected to multiply by a matrix");
}
