using System.Runtime.CompilerServices;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>One position of one session as a coroutine: the step's program with openings of its own, which the session checks afterwards.</summary>
internal sealed class StepLane : ILaneWork, IDisposable
{
    private readonly Party _party;
    private readonly PartyClients _clients;
    private readonly TimedProducts _products;
    private readonly PartyArithmetic _arithmetic;
    private readonly SessionProgram<Share> _program;
    private PartyStep? _step;
    private PartyBlock _block = null!;
    private int _inBlock;
    private int _position;
    private long _counted;
    private CancellationToken _cancellation;

    public StepLane(
        PartyModel model, SessionPlan plan, Numbers numbers, PartyCache cache, Party party, PartyClients clients,
        Func<PartyStep, Share, ValueTask>? logitsProbe, StepClock clock)
    {
        (_party, _clients) = (party, clients);
        Lane = new Lane(party.Index, party.Count);
        _products = new TimedProducts(Lane, clock);
        Opener = new Opener(party, new TimedMesh(Lane, clock), HmacDrbg.FromSystem()) { Seen = new SeenNumbers() };
        Meter = new LayerMeter(Opener, model.Layout.Layers);
        _arithmetic = new PartyArithmetic(model, plan, numbers, cache, clients.Input, OutputAsync) { LogitsProbe = logitsProbe, Meter = Meter };
        _program = new SessionProgram<Share>(model.Layout, plan, new TimedArithmetic<Share>(_arithmetic, clock));
    }

    /// <inheritdoc/>
    public Lane Lane { get; }

    /// <summary>What it opened and nobody has checked yet.</summary>
    public Opener Opener { get; }

    /// <summary>Rounds and bytes of its last step, layer by layer.</summary>
    public LayerMeter Meter { get; }

    /// <summary>The secret token of its position; afterwards that of the next.</summary>
    public Share Token { get; private set; }

    /// <summary>What the step gives to receivers, opened but not checked; null when nothing.</summary>
    public (int Number, Opened Masked)? Output { get; private set; }

    /// <summary>Sets what <see cref="RunAsync"/> is to run: one step of a block, from <paramref name="token"/> at <paramref name="position"/> of the text.</summary>
    public void Prepare(PartyBlock block, int inBlock, int position, Share token, CancellationToken cancellation) =>
        (_block, _inBlock, _position, Token, _cancellation, Output) = (block, inBlock, position, token, cancellation, null);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync()
    {
        var step = Begin(_block.Steps[_inBlock], _block.Triples(_inBlock));
        _arithmetic.Begin(step, _block, _inBlock, _position);
        Meter.Begin();
        var row = _block.Shape.Steps[_inBlock].Row;
        Token = await _program.StepAsync(row, _position, Token);
        Meter.End();
        if (!step.Tape.AtEnd) throw new DealerCheatedException($"the tape of step {row} is longer than the program uses");
    }

    /// <summary>Rounds since the last call.</summary>
    public long NewRounds()
    {
        var rounds = Opener.Rounds - _counted;
        _counted = Opener.Rounds;
        return rounds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step?.Tape.Dispose();
        Opener.Dispose();
    }

    /// <summary>The same object every time, turned to the next section.</summary>
    private PartyStep Begin(TapeSection section, TriplePool triples)
    {
        if (_step is not null && _step.Cancellation == _cancellation)
        {
            _step.Tape.Turn(section);
            _step.Triples = triples;
            return _step;
        }
        _step?.Tape.Dispose();
        return _step = new PartyStep(_party, Opener, new TapeReader(_party, _party.Workspace, section), triples, _products, _cancellation);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask OutputAsync(PartyStep step, int number, Share value) => Output = (number, await _clients.MaskAsync(step, number, value));
}
