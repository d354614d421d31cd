using System.Globalization;
using System.Text;
using Mimir.Trust.Certificates;

namespace Mimir.Trust.SealedFiles;

/// <summary>
/// A counter in an ordinary file, one line <c>label value</c> each. It notices an old sealed file put back, but NOT an old sealed file
/// put back together with an old copy of this file: only a counter in hardware does.
/// </summary>
public sealed class HighWaterMarks(string path) : IMonotonicCounter
{
    private const int LargestFile = 1 << 20;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ulong Read(string label) => Load().GetValueOrDefault(label);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">Another process is changing it, or it cannot be written.</exception>
    public void AdvanceTo(string label, ulong value)
    {
        if (!SealTerms.IsLabel(label)) throw new ArgumentException("Not a label of a sealed file.", nameof(label));
        using var alone = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var marks = Load();
        if (marks.GetValueOrDefault(label) >= value) return;
        marks[label] = value;
        using var file = OwnerOnlyFile.CreateTemporary(path);
        foreach (var (name, mark) in marks) file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {mark}\n")));
        OwnerOnlyFile.Publish(file, path);
    }

    private SortedDictionary<string, ulong> Load()
    {
        var marks = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        if (!File.Exists(path)) return marks;
        if (new FileInfo(path).Length > LargestFile) throw Damaged();
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split(' ');
            if (parts.Length != 2 || !SealTerms.IsLabel(parts[0]) || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                || !marks.TryAdd(parts[0], value)) throw Damaged();
        }
        return marks;
    }

    private InvalidDataException Damaged() => new($"{path}: holds something else than high-water marks (label and number on each line); restore it, do not delete it");
}
