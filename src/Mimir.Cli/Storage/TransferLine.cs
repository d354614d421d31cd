using System.Diagnostics;
using System.Globalization;
using Mimir.Models.Store;

namespace Mimir.Cli.Storage;

/// <summary>How far a copy is, on standard error: on a terminal one line that moves, with its rate; elsewhere a line for every tenth of what is large.</summary>
public sealed class TransferLine(TextWriter error) : IProgress<Transfer>, IDisposable
{
    private const long Large = 50_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly bool _moves = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Stopwatch _since = new();
    private string _what = "";
    private long _first, _tenth;
    private TimeSpan _shown;

    /// <inheritdoc/>
    public void Report(Transfer value)
    {
        if (value.What != _what)
        {
            (_what, _first, _tenth, _shown) = (value.What, value.Done, 0, TimeSpan.Zero);
            _since.Restart();
        }
        var tenth = value.Total == 0 ? 10 : 10 * value.Done / value.Total;
        if (_moves ? _since.Elapsed < _shown + Pause && value.Done < value.Total : tenth <= _tenth || value.Total < Large) return;
        (_tenth, _shown) = (tenth, _since.Elapsed);
        var rate = (value.Done - _first) / Math.Max(1e-3, _since.Elapsed.TotalSeconds);
        var line = string.Create(CultureInfo.InvariantCulture, $"{value.What}: {Quantity.Bytes(value.Done)} of {Quantity.Bytes(value.Total)}, {Quantity.Bytes(Math.Max(0, rate))}/s");
        if (_moves) error.Write($"\r\u001b[K{line}");
        else error.WriteLine(line);
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_moves && _what.Length > 0) error.Write("\r\u001b[K");
    }
}
