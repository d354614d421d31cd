using Mimir.Services.Attesting.Configfs;
using Mimir.Services.Attesting.Nitro;
using Mimir.Services.Attesting.Tpm;
using Mimir.Services.Hosting;

namespace Mimir.Services.Attesting;

/// <summary>From settings to the producer of this machine.</summary>
internal static class EvidenceProducers
{
    /// <summary>The producer that the settings name; null when the process shows none.</summary>
    /// <exception cref="InvalidDataException">The settings ask for what this machine does not have, or are not complete.</exception>
    public static IEvidenceProducer? Open(AttestationSettings settings)
    {
        var kind = settings.Producer == ProducerKind.Auto ? new MachineDetection().Best(settings.Tpm) : settings.Producer;
        IEvidenceProducer? producer = kind switch
        {
            ProducerKind.ConfigfsTsm => new TsmProducer(new TsmReports(TsmReports.DefaultRoot)),
            ProducerKind.Nitro => new NitroProducer(new NitroDevice()),
            ProducerKind.Tpm => new TpmProducer(settings.Tpm, TpmProducer.DefaultRegisters, settings.TpmKey),
            ProducerKind.AzureVtpm => new AzureVtpmProducer(settings.Tpm, TpmProducer.DefaultRegisters),
            ProducerKind.Simulated => new SimulatedProducer(settings.LabKey ?? throw new InvalidDataException("attestation.producer: simulated needs attestation.lab_key, a laboratory's key")),
            _ when settings.Producer == ProducerKind.Auto =>
                throw new InvalidDataException("attestation.producer: auto found nothing on this machine that makes evidence; 'mimir doctor' says what is missing"),
            _ => null,
        };
        return producer is not null && settings.Endorsements is { } directory ? new EndorsedProducer(producer, directory) : producer;
    }
}
