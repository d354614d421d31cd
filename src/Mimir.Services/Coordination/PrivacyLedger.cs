using System.Globalization;
using System.Text;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>
/// What every data owner has spent of its ε, in a file that the coordinator keeps: a first line, then one line a name, "NAME micro-ε", in ordinal order. Amounts are
/// whole millionths, rounded up. A session is charged to all of its owners and receivers when all of them have joined and before anything is dealt or sent; what it did
/// not use is not given back. The file is replaced as a whole, and on disk, before a session starts. Thread-safe.
/// </summary>
internal sealed class PrivacyLedger
{
    private const string FirstLine = "mimir privacy ledger v1";
    private const long Unit = 1_000_000;
    private const long MostBytes = 1 << 26;
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly long _limit;
    private readonly SortedDictionary<string, long> _spent;

    private PrivacyLedger(string path, double limit, SortedDictionary<string, long> spent) => (_path, _limit, _spent) = (path, Micro(limit), spent);

    /// <summary>Reads the ledger, or begins one; <paramref name="limit"/> is every owner's budget.</summary>
    /// <exception cref="InvalidDataException">The file is no ledger, or cannot be read or written; names it.</exception>
    public static PrivacyLedger Open(string path, double limit)
    {
        try
        {
            var ledger = new PrivacyLedger(path, limit, File.Exists(path) ? Read(path) : new(StringComparer.Ordinal));
            ledger.Write(ledger._spent);
            return ledger;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"privacy.ledger '{path}': {error.Message}");
        }
    }

    /// <summary>Refuses what <paramref name="names"/> cannot afford.</summary>
    /// <exception cref="ArgumentException">Somebody's budget is spent, or the session has no ε at all; says whose and how much is left.</exception>
    public void Require(IReadOnlyList<string> names, double epsilon)
    {
        lock (_lock) RequireAffordable(names, epsilon);
    }

    /// <summary>Charges all of <paramref name="names"/>, or nobody.</summary>
    /// <exception cref="ArgumentException">As <see cref="Require"/>.</exception>
    /// <exception cref="InvalidDataException">The file could not be written; nothing was charged, and nothing may start.</exception>
    public void Charge(IReadOnlyList<string> names, double epsilon)
    {
        lock (_lock)
        {
            RequireAffordable(names, epsilon);
            var next = new SortedDictionary<string, long>(_spent, StringComparer.Ordinal);
            foreach (var name in names) next[name] = next.GetValueOrDefault(name) + Micro(epsilon);
            try { Write(next); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"privacy.ledger could not be written ({error.GetType().Name}); no session starts without it");
            }
            foreach (var name in names) _spent[name] = next[name];
        }
    }

    private void RequireAffordable(IReadOnlyList<string> names, double epsilon)
    {
        if (!(epsilon > 0)) throw new ArgumentException("tokens need differential privacy here (privacy.epsilon_owner is set); give the session an epsilon");
        foreach (var name in names)
            if (_limit - _spent.GetValueOrDefault(name) is var left && Micro(epsilon) > left)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"the privacy budget of data-owner '{name}' is spent: {(double)Math.Max(0, left) / Unit:0.######} of epsilon are left and this session takes {epsilon:0.######}; ask for fewer tokens or a smaller epsilon, or ask the coordinator's operator"));
    }

    private static long Micro(double epsilon) => (long)Math.Min(Math.Ceiling(epsilon * Unit), long.MaxValue / 4);

    private void Write(SortedDictionary<string, long> spent)
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        foreach (var (name, amount) in spent) text.Append(CultureInfo.InvariantCulture, $"{name} {amount}\n");
        var temporary = _path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text.ToString()));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, _path, overwrite: true);
    }

    private static SortedDictionary<string, long> Read(string path)
    {
        var broken = new InvalidDataException($"privacy.ledger '{path}' is no privacy ledger; without knowing what was spent nothing may start");
        if (new FileInfo(path).Length > MostBytes) throw broken;
        var lines = File.ReadAllText(path).Split('\n');
        if (lines.Length < 2 || lines[0] != FirstLine || lines[^1].Length > 0) throw broken;
        var spent = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in lines.AsSpan(1, lines.Length - 2))
        {
            var parts = line.Split(' ');
            if (parts.Length != 2 || !PeerName.IsValid(parts[0]) || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
                || amount > long.MaxValue / 4 || !spent.TryAdd(parts[0], amount))
                throw broken;
        }
        return spent;
    }
}
