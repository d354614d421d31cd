using System.Collections.Concurrent;
using System.Threading.Channels;
using Mimir.Numerics;
using Mimir.Numerics.Threads;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// Receives blocks ahead of need and makes them usable: reads a block's algebra and works E·[b] ahead; reads a group of step sections, tosses the coin, sacrifices the algebra
/// (once), audits a random share of the sections (which are then dealt again), and tells the dealer. At most two blocks exist at a time,
/// one in use and one coming, and step sections of two groups, likewise (once the prompt is through, of two such as come then); a dealer that is faster waits.
/// </summary>
internal sealed class BlockSource : IDisposable
{
    private const ulong AuditStream = 6;
    private readonly PartyModel _model;
    private readonly SessionPlan _plan;
    private readonly Numbers _numbers;
    private readonly PartyCache _cache;
    private readonly Party _online;
    private readonly Party _party;
    private readonly SessionMemory _memory;
    private readonly Workspace _workspace;
    private readonly Workspace _spares;
    private readonly TapeReceiver _tape;
    private readonly (SectionSize Prompt, SectionSize Sampling, SectionSize Algebraic, int Sections) _largest;
    private readonly bool _last;
    private readonly SemaphoreSlim _blocks = new(2);
    private readonly SemaphoreSlim _steps;
    private readonly BackgroundThread _thread = new("ahead");
    private bool _shrunk;
    private readonly ConcurrentBag<Workspace> _spare = [];
    private readonly ConcurrentDictionary<PartyBlock, (Workspace Workspace, TapeSection Section)> _lent = [];

    public BlockSource(PartyModel model, SessionPlan plan, Numbers numbers, PartyCache cache, Party online, IMesh mesh, TapeReceiver tape, SessionMemory memory)
    {
        (_model, _plan, _numbers, _cache, _online, _tape, _memory) = (model, plan, numbers, cache, online, tape, memory);
        (_workspace, _spares) = (new Workspace(memory), new Workspace(memory));
        _party = new Party(model.Index, model.Count, model.Active, model.Alpha, _workspace);
        Opener = new Opener(_party, mesh, HmacDrbg.FromSystem());
        _last = model.Index == model.Count - 1;
        _largest = Schedule.Largest(model.Layout, plan, numbers, model.Active, _last);
        _steps = new SemaphoreSlim(_largest.Sections);
    }

    public Opener Opener { get; }

    public long TapeBytes => _tape.BytesReceived;

    public long Audits { get; private set; }

    public async Task RunAsync(ChannelWriter<ReadySteps> ready, CancellationToken cancellation)
    {
        try
        {
            foreach (var shape in Schedule.Blocks(_model.Layout, _plan, _numbers, _model.Active))
            {
                await _blocks.WaitAsync(cancellation);
                await PrepareAsync(shape, ready, cancellation);
            }
            ready.Complete();
        }
        catch (Exception e)
        {
            ready.Complete(e);
            throw;
        }
    }

    /// <summary>Takes a used step's section back; the next block's may then come in its place.</summary>
    public void Release(PartyBlock block, int step)
    {
        block.Steps[step].Return(_memory);
        _steps.Release();
    }

    /// <summary>Takes a used block's memory back, once all its steps have been.</summary>
    public void Release(PartyBlock block)
    {
        if (!_lent.TryRemove(block, out var lent)) return;
        lent.Section.Return(_memory);
        lent.Workspace.Reset();
        _spare.Add(lent.Workspace);
        _blocks.Release();
    }

    public void Dispose()
    {
        _thread.Dispose();
        Opener.Dispose();
        _blocks.Dispose();
        _steps.Dispose();
        foreach (var workspace in _spare.Concat(_lent.Values.Select(l => l.Workspace)).Append(_workspace).Append(_spares)) workspace.Return();
        _tape.Clear();
    }

    /// <summary>The chunks of the prompt are through: their memory is given up.</summary>
    private async ValueTask ShrinkAsync(CancellationToken cancellation)
    {
        if (_shrunk) return;
        _shrunk = true;
        var kept = 2 * Schedule.GroupRows(_plan);
        for (var i = kept; i < _largest.Sections; i++) await _steps.WaitAsync(cancellation);
        if (_largest.Sections > kept) _memory.Shrink();
    }

    private async Task PrepareAsync(BlockShape shape, ChannelWriter<ReadySteps> ready, CancellationToken cancellation)
    {
        var workspace = _spare.TryTake(out var spare) ? spare : new Workspace(_memory);
        var section = await _tape.ReadAsync(
            TapeKind.Algebraic, shape.Number, 0, shape.AlgebraicSection(_model.Layout, _model.Active, _last), _memory, cancellation, _largest.Algebraic);
        var sacrifice = new Sacrifice(_model, _party, Opener, _spares);
        var block = await _thread.RunAsync(() => PartyBlock.Read(_model, shape, _cache, section, _online, workspace, sacrifice), cancellation);
        _lent[block] = (workspace, section);

        foreach (var group in Schedule.Groups(shape, _plan))
        {
            if (shape.Steps[group.First].Row > _plan.FirstLogits + Schedule.GroupRows(_plan)) await ShrinkAsync(cancellation);
            await PrepareAsync(block, group, sacrifice, cancellation);
            await ready.WriteAsync(new ReadySteps(block, group), cancellation);
        }
    }

    private async Task PrepareAsync(PartyBlock block, StepGroup group, Sacrifice sacrifice, CancellationToken cancellation)
    {
        var pending = Enumerable.Range(group.First, group.Count).ToArray();
        var first = true;
        while (pending.Length > 0)
        {
            foreach (var step in pending)
            {
                if (first) await _steps.WaitAsync(cancellation);
                var shape = block.Shape.Steps[step];
                block.Steps[step] = await _tape.ReadAsync(
                    TapeKind.Step, block.Shape.Number, shape.Row, shape.Cost.Section(_last, _model.Active), _memory, cancellation,
                    shape.Logits ? _largest.Sampling : _largest.Prompt);
            }
            first = false;
            var wanted = pending;
            var verdict = await _thread.RunAsync(() => JudgeAsync(block, wanted, sacrifice, cancellation), cancellation);
            await _tape.SendVerdictAsync(verdict, cancellation);
            pending = [.. pending.Where((_, i) => verdict[i] != 0)];
        }
    }

    /// <summary>Coin; sacrifice of what has not been yet, check; then the audits the coin chose. 1 for each audited step.</summary>
    private async Task<byte[]> JudgeAsync(PartyBlock block, int[] pending, Sacrifice sacrifice, CancellationToken cancellation)
    {
        var verdict = new byte[pending.Length];
        if (!_model.Active) return verdict;
        var coin = await Opener.TossAsync(cancellation);
        try { await sacrifice.BurnAsync(coin, cancellation); }
        catch (MacCheckFailedException e)
        {
            throw new DealerCheatedException($"the sacrifice of block {block.Shape.Number} failed: the Triple Service dealt wrongly or a party lied about it; nothing was used ({e.Message})");
        }
        _workspace.Reset();

        var draws = new double[pending.Length];
        using (var prg = new Prg(coin, AuditStream)) prg.Fill(0, draws);
        for (var i = 0; i < pending.Length; i++)
        {
            if (draws[i] >= _plan.AuditRate * Field.P) continue;
            verdict[i] = 1;
            await AuditAsync(block.Steps[pending[i]], block.Shape.Steps[pending[i]], cancellation);
            Audits++;
        }
        return verdict;
    }

    /// <summary>Opens a whole step section and recomputes it with the dealing halves; keys of point functions stay closed and are followed along their opened paths.</summary>
    private async Task AuditAsync(TapeSection section, StepShape shape, CancellationToken cancellation)
    {
        using var reader = new TapeReader(_party, _workspace, section);
        var collector = new AuditCollector(reader, _party);
        await WalkAsync(collector, shape);
        var opened = new double[collector.Shares.Sum(s => s.Length)];
        var at = 0;
        foreach (var share in collector.Shares)
        {
            var values = share.Mac.IsEmpty
                ? await Opener.OpenUnauthenticatedAsync(share.Value, cancellation)
                : await Opener.OpenAsync(share, cancellation);
            values.Values.Span.CopyTo(opened.AsSpan(at));
            at += values.Length;
        }
        using var audit = new AuditTape(opened, collector.PointAudits, collector.BitAudits, _party);
        await WalkAsync(audit, shape);
        Opener.RequireAgreement(audit.Siblings());
        Opener.RequireZero(audit.Claims);
        try { await Opener.CheckAsync(0, cancellation); }
        catch (EquivocationException e)
        {
            throw new DealerCheatedException($"the audit of step {shape.Row} found a point function's key that the Triple Service dealt wrongly, or a party lied about it; nothing was used ({e.Message})");
        }
        _workspace.Reset();
        section.Return(_memory);
        if (audit.Differs || !audit.AtEnd)
            throw new DealerCheatedException($"the audit of step {shape.Row} found a table or tuple that the Triple Service dealt wrongly; nothing was used");
    }

    private async Task WalkAsync(DealingTape tape, StepShape shape)
    {
        var arithmetic = new DealerArithmetic(_model.Layout, _plan, _numbers, tape, null) { Cached = shape.Cached };
        await new SessionProgram<int>(_model.Layout, _plan, arithmetic).StepAsync(shape.Row, 0, 1);
    }
}
