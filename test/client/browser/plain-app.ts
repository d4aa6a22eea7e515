import '../../../examples/clients/plain/app.ts';
