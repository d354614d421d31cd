namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Values of quoted registers, checked against a quote's digest.</summary>
public sealed class PcrValues
{
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _values;

    private PcrValues(TpmHash bank, SortedDictionary<int, ReadOnlyMemory<byte>> values) => (Bank, _values) = (bank, values);

    /// <summary>The bank.</summary>
    public TpmHash Bank { get; }

    /// <summary>The registers that were quoted, ascending.</summary>
    public IReadOnlyCollection<int> Registers => _values.Keys;

    /// <summary>A register's value, or null if it was not quoted.</summary>
    public ReadOnlyMemory<byte>? this[int register] => _values.TryGetValue(register, out var value) ? value : (ReadOnlyMemory<byte>?)null;

    /// <summary>Splits concatenated values by a quote's selection, one result per bank. The length must be <see cref="TpmQuote.ValuesLength"/>.</summary>
    internal static IReadOnlyList<PcrValues> Split(TpmQuote quote, ReadOnlyMemory<byte> concatenated)
    {
        var banks = new List<PcrValues>();
        foreach (var selection in quote.Selections)
        {
            // A quote may select from one bank several times.
            var bank = banks.Find(b => b.Bank == selection.Bank);
            if (bank is null) banks.Add(bank = new PcrValues(selection.Bank, []));
            foreach (var register in selection.Registers)
            {
                bank._values[register] = concatenated[..selection.Bank.Length()];
                concatenated = concatenated[selection.Bank.Length()..];
            }
        }

        return banks;
    }

    /// <summary>The values as claims <c>"0"</c>, <c>"1"</c>, ...</summary>
    public ClaimFields Fields()
    {
        var fields = new ClaimFields();
        foreach (var (register, value) in _values) fields.Add($"{register}", value);
        return fields;
    }
}
